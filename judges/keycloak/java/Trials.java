import java.io.*;
import java.net.*;
import java.net.http.*;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.*;
import java.util.*;
import org.springframework.security.oauth2.client.authentication.OAuth2LoginAuthenticationToken;
import org.springframework.security.oauth2.client.endpoint.*;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.oidc.userinfo.*;
import org.springframework.security.oauth2.client.registration.*;
import org.springframework.security.oauth2.core.*;
import org.springframework.security.oauth2.core.endpoint.*;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.*;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.*;

/** Spring Security, as client and as resource server, against a realm: `java Trials.java <trial>`, which ends with 0 when all was as it should be. */
public class Trials {
  static final String issuer = System.getenv("ISSUER");
  static final String master = issuer.replaceFirst("/realms/.*$", "/realms/master");
  static final String redirect = "http://localhost:3000/callback";

  interface Attempt {
    void run() throws Exception;
  }

  static void check(boolean holds, Object what) {
    if (!holds) throw new AssertionError(what);
  }

  /** Whether an attempt is refused, with these words. */
  static void refused(String words, Class<? extends Exception> type, Attempt attempt) {
    try {
      attempt.run();
    } catch (Exception thrown) {
      check(type.isInstance(thrown) && thrown.getMessage().contains(words), thrown);
      return;
    }
    throw new AssertionError("not refused: " + words);
  }

  static ClientRegistration.Builder registration(String secret) {
    return ClientRegistrations.fromIssuerLocation(issuer).registrationId("realm").clientId(System.getenv("CLIENT_ID")).clientSecret(secret);
  }

  static ClientRegistration registration() {
    return registration(System.getenv("CLIENT_SECRET")).scope("openid", "profile", "email").redirectUri(redirect).build();
  }

  static OAuth2AccessTokenResponse forItself(String secret) {
    var itself = registration(secret).authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS).build();
    return new RestClientClientCredentialsTokenResponseClient().getTokenResponse(new OAuth2ClientCredentialsGrantRequest(itself));
  }

  static String token() {
    return forItself(System.getenv("CLIENT_SECRET")).getAccessToken().getTokenValue();
  }

  /** A token of the administrator, from the realm beside. */
  static String foreignToken() throws Exception {
    var form = HttpRequest.BodyPublishers.ofString("grant_type=password&client_id=admin-cli&username=admin&password=admin");
    var request = HttpRequest.newBuilder(new URI(master + "/protocol/openid-connect/token"))
      .header("Content-Type", "application/x-www-form-urlencoded").POST(form).build();
    var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    return String.valueOf(com.nimbusds.jose.util.JSONObjectUtils.parse(answer).get("access_token"));
  }

  static void clientCredentials() {
    var answer = forItself(System.getenv("CLIENT_SECRET"));
    check(answer.getAccessToken().getTokenType().equals(OAuth2AccessToken.TokenType.BEARER), answer.getAccessToken().getTokenType());
    check(answer.getAccessToken().getScopes().contains("profile"), answer.getAccessToken().getScopes());
    check(answer.getRefreshToken() == null, "a refresh token");
    // Spring reads what is wrong from answers with 400 alone.
    refused("401 Unauthorized: \"{\"error\":\"unauthorized_client\"", OAuth2AuthorizationException.class, () -> forItself("wrong"));
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

  /** As `oauth2Login` does it: PKCE, nonce, ID token and userinfo. */
  static void login() throws Exception {
    var realm = registration();
    var nonce = UUID.randomUUID().toString();
    var verifier = nonce + UUID.randomUUID();
    var request = OAuth2AuthorizationRequest.authorizationCode().clientId(realm.getClientId()).redirectUri(redirect)
      .authorizationUri(realm.getProviderDetails().getAuthorizationUri()).scopes(realm.getScopes()).state(UUID.randomUUID().toString())
      .attributes(Map.of("registration_id", "realm", "nonce", nonce, "code_verifier", verifier))
      .additionalParameters(Map.of("nonce", hashed(nonce), "code_challenge", hashed(verifier), "code_challenge_method", "S256")).build();
    var came = cameBack(request.getAuthorizationRequestUri());
    var response = OAuth2AuthorizationResponse.success(came.get("code")).state(came.get("state")).redirectUri(redirect).build();
    var users = new OidcUserService();
    users.setRetrieveUserInfo((asked) -> true);
    var provider = new OidcAuthorizationCodeAuthenticationProvider(new RestClientAuthorizationCodeTokenResponseClient(), users);
    var exchange = new OAuth2AuthorizationExchange(request, response);
    var result = (OAuth2LoginAuthenticationToken) provider.authenticate(new OAuth2LoginAuthenticationToken(realm, exchange));
    var user = (OidcUser) result.getPrincipal();
    check("alice".equals(user.getPreferredUsername()), user.getClaims());
    check(user.getUserInfo() != null && user.getUserInfo().getSubject().equals(user.getSubject()), "no userinfo");
    check(resource("account").authenticate(new BearerTokenAuthenticationToken(result.getAccessToken().getTokenValue())).isAuthenticated(), "no");

    var refresh = new OAuth2RefreshTokenGrantRequest(realm, result.getAccessToken(), result.getRefreshToken());
    var fresh = new RestClientRefreshTokenTokenResponseClient().getTokenResponse(refresh);
    check(!fresh.getAccessToken().getTokenValue().equals(result.getAccessToken().getTokenValue()), "not refreshed");
    refused("[invalid_grant] Code not valid", OAuth2AuthenticationException.class,
      () -> provider.authenticate(new OAuth2LoginAuthenticationToken(realm, exchange)));
  }

  /** A resource server: keys from the issuer, its name, the time, and an audience. */
  static JwtAuthenticationProvider resource(String audience) {
    return resource(issuer, audience, JwtValidators.createDefaultWithIssuer(issuer));
  }

  static JwtAuthenticationProvider resource(String keysOf, String audience, OAuth2TokenValidator<Jwt> usual) {
    var decoder = (NimbusJwtDecoder) JwtDecoders.fromIssuerLocation(keysOf);
    var isMeant = new JwtClaimValidator<List<String>>(JwtClaimNames.AUD, (aud) -> aud != null && aud.contains(audience));
    decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(usual, isMeant));
    return new JwtAuthenticationProvider(decoder);
  }

  static void accept() {
    var seen = (JwtAuthenticationToken) resource("account").authenticate(new BearerTokenAuthenticationToken(token()));
    check(seen.getToken().getIssuer().toString().equals(issuer), seen.getToken().getIssuer());
    check(seen.getAuthorities().stream().anyMatch((one) -> one.getAuthority().equals("SCOPE_profile")), seen.getAuthorities());
  }

  static void refuse() throws Exception {
    var token = new BearerTokenAuthenticationToken(token());
    var foreign = new BearerTokenAuthenticationToken(foreignToken());
    var later = new JwtTimestampValidator();
    later.setClock(Clock.offset(Clock.systemUTC(), Duration.ofHours(2)));
    var type = InvalidBearerTokenException.class;
    refused("The aud claim is not valid", type, () -> resource("another").authenticate(token));
    refused("Jwt expired at", type, () -> resource(issuer, "account", later).authenticate(token));
    refused("no matching key", type, () -> resource("account").authenticate(foreign));
    refused("The iss claim is not valid", type, () -> resource(master, "account", JwtValidators.createDefaultWithIssuer(issuer)).authenticate(foreign));
  }

  public static void main(String[] args) {
    try {
      switch (args[0]) {
        case "clientCredentials" -> clientCredentials();
        case "login" -> login();
        case "accept" -> accept();
        case "refuse" -> refuse();
        default -> throw new IllegalArgumentException(args[0]);
      }
      System.exit(0);
    } catch (Throwable thrown) {
      thrown.printStackTrace();
      System.exit(1);
    }
  }
}
