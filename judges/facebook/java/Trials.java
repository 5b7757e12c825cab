import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import org.springframework.security.config.oauth2.client.CommonOAuth2Provider;
import org.springframework.security.oauth2.client.authentication.*;
import org.springframework.security.oauth2.client.endpoint.*;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.userinfo.DefaultOAuth2UserService;
import org.springframework.security.oauth2.core.*;
import org.springframework.security.oauth2.core.endpoint.*;

/** Spring Security's Facebook, unchanged and through the proxy: `java Trials.java <trial>`, which ends with 0 when all was as it should be. */
public class Trials {
  static final String redirect = System.getenv("REDIRECT_URI");

  static void check(boolean holds, Object what) {
    if (!holds) throw new AssertionError(what);
  }

  static ClientRegistration registration(String secret) {
    return CommonOAuth2Provider.FACEBOOK.getBuilder("facebook").clientId(System.getenv("CLIENT_ID")).clientSecret(secret).redirectUri(redirect).build();
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

  /** As `oauth2Login` does it. */
  static OAuth2LoginAuthenticationToken login(String secret) throws Exception {
    var facebook = registration(secret);
    var request = OAuth2AuthorizationRequest.authorizationCode().clientId(facebook.getClientId()).redirectUri(redirect)
      .authorizationUri(facebook.getProviderDetails().getAuthorizationUri()).scopes(facebook.getScopes()).state(UUID.randomUUID().toString())
      .attributes(Map.of("registration_id", "facebook")).build();
    var came = cameBack(request.getAuthorizationRequestUri());
    var response = came.containsKey("error")
      ? OAuth2AuthorizationResponse.error(came.get("error")).state(came.get("state")).redirectUri(redirect).build()
      : OAuth2AuthorizationResponse.success(came.get("code")).state(came.get("state")).redirectUri(redirect).build();
    var provider = new OAuth2LoginAuthenticationProvider(new RestClientAuthorizationCodeTokenResponseClient(), new DefaultOAuth2UserService());
    return (OAuth2LoginAuthenticationToken) provider.authenticate(
      new OAuth2LoginAuthenticationToken(facebook, new OAuth2AuthorizationExchange(request, response)));
  }

  static void refused(String code, String secret) throws Exception {
    try {
      login(secret);
    } catch (OAuth2AuthenticationException thrown) {
      check(code.equals(thrown.getError().getErrorCode()), thrown.getError());
      return;
    }
    throw new AssertionError("not refused: " + code);
  }

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "login" -> {
        var user = login(System.getenv("CLIENT_SECRET"));
        check(user.getPrincipal().getName().matches("10\\d{15}"), user.getPrincipal().getName());
        check("alice@example.com".equals(user.getPrincipal().getAttribute("email")), user.getPrincipal().getAttributes());
        check(user.getAccessToken().getTokenType().equals(OAuth2AccessToken.TokenType.BEARER), user.getAccessToken().getTokenType());
      }
      case "declined" -> refused("access_denied", System.getenv("CLIENT_SECRET"));
      // The error object has none of the members of RFC 6749.
      case "refused" -> refused("server_error", "wrong");
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }
}
