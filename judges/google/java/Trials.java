import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.*;
import org.springframework.security.config.oauth2.client.CommonOAuth2Provider;
import org.springframework.security.oauth2.client.authentication.OAuth2LoginAuthenticationToken;
import org.springframework.security.oauth2.client.endpoint.*;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.oidc.userinfo.*;
import org.springframework.security.oauth2.client.registration.*;
import org.springframework.security.oauth2.core.*;
import org.springframework.security.oauth2.core.endpoint.*;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/** Spring Security's common provider, unchanged: `java Trials.java <trial>`, which ends with 0 when all was as it should be. */
public class Trials {
  static final String redirect = System.getenv("REDIRECT_URI");

  static void check(boolean holds, Object what) {
    if (!holds) throw new AssertionError(what);
  }

  static ClientRegistration google(String secret) {
    return CommonOAuth2Provider.GOOGLE.getBuilder("google").clientId(System.getenv("CLIENT_ID")).clientSecret(secret).redirectUri(redirect).build();
  }

  /** The address at which the user came back. */
  static Map<String, String> cameBack(String address) throws Exception {
    System.out.println(address);
    var came = new HashMap<String, String>();
    for (var pair : new URI(new BufferedReader(new InputStreamReader(System.in)).readLine()).getRawQuery().split("&")) {
      var parts = pair.split("=", 2);
      came.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return came;
  }

  static String hashed(String value) throws Exception {
    var digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.US_ASCII));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }

  static OAuth2AuthorizationExchange exchange(ClientRegistration google, String nonce) throws Exception {
    var verifier = nonce + UUID.randomUUID();
    var request = OAuth2AuthorizationRequest.authorizationCode().clientId(google.getClientId()).redirectUri(redirect)
      .authorizationUri(google.getProviderDetails().getAuthorizationUri()).scopes(google.getScopes()).state(UUID.randomUUID().toString())
      .attributes(Map.of("registration_id", "google", "nonce", nonce, "code_verifier", verifier))
      .additionalParameters(Map.of("nonce", hashed(nonce), "code_challenge", hashed(verifier), "code_challenge_method", "S256",
        "access_type", "offline", "prompt", "consent")).build();
    var came = cameBack(request.getAuthorizationRequestUri());
    var response = OAuth2AuthorizationResponse.success(came.get("code")).state(came.get("state")).redirectUri(redirect).build();
    return new OAuth2AuthorizationExchange(request, response);
  }

  static OidcAuthorizationCodeAuthenticationProvider provider() {
    var users = new OidcUserService();
    users.setRetrieveUserInfo((asked) -> true);
    return new OidcAuthorizationCodeAuthenticationProvider(new RestClientAuthorizationCodeTokenResponseClient(), users);
  }

  /** As `oauth2Login` does it: PKCE, nonce, ID token and userinfo. */
  static void login() throws Exception {
    var google = google(System.getenv("CLIENT_SECRET"));
    var exchange = exchange(google, UUID.randomUUID().toString());
    var result = (OAuth2LoginAuthenticationToken) provider().authenticate(new OAuth2LoginAuthenticationToken(google, exchange));
    var user = (OidcUser) result.getPrincipal();
    check(user.getSubject().equals(System.getenv("SUB")) && user.getEmailVerified(), user.getClaims());
    check(user.getIssuer().toString().equals("https://accounts.google.com"), user.getIssuer());
    check(user.getUserInfo() != null && user.getUserInfo().getFullName().equals("Alice Arnold"), "no userinfo");

    var refresh = new OAuth2RefreshTokenGrantRequest(google, result.getAccessToken(), result.getRefreshToken());
    var fresh = new RestClientRefreshTokenTokenResponseClient().getTokenResponse(refresh);
    check(!fresh.getAccessToken().getTokenValue().equals(result.getAccessToken().getTokenValue()), "not refreshed");
    refused("[invalid_grant] Bad Request", () -> provider().authenticate(new OAuth2LoginAuthenticationToken(google, exchange)));
  }

  static void wrongSecret() throws Exception {
    var google = google("x");
    var exchange = exchange(google, UUID.randomUUID().toString());
    refused("invalid_client", () -> provider().authenticate(new OAuth2LoginAuthenticationToken(google, exchange)));
  }

  static void refused(String words, Runnable attempt) {
    try {
      attempt.run();
    } catch (OAuth2AuthenticationException thrown) {
      check(thrown.getMessage().contains(words), thrown);
      return;
    }
    throw new AssertionError("not refused: " + words);
  }

  public static void main(String[] args) {
    try {
      switch (args[0]) {
        case "login" -> login();
        case "wrongSecret" -> wrongSecret();
        default -> throw new IllegalArgumentException(args[0]);
      }
      System.exit(0);
    } catch (Throwable thrown) {
      thrown.printStackTrace();
      System.exit(1);
    }
  }
}
