import com.microsoft.aad.msal4j.*;
import java.io.*;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.*;

/** MSAL for Java, unchanged and through the proxy, against grantbox: `java Trials.java <trial>`, which ends with 0 when all was as it should be. */
public class Trials {
  static final String base = System.getenv("BASE");
  static final String tenant = System.getenv("TENANT");
  static final String web = System.getenv("CLIENT_ID");
  static final Set<String> graph = Set.of("https://graph.microsoft.com/.default");
  static final Set<String> mine = Set.of("User.Read");

  static ConfidentialClientApplication confidential(String id, String secret) throws Exception {
    return ConfidentialClientApplication.builder(id, ClientCredentialFactory.createFromSecret(secret))
      .authority(base + "/" + tenant + "/").build();
  }

  static void check(boolean holds, Object what) {
    if (!holds) throw new AssertionError(what);
  }

  static void clientCredentials() throws Exception {
    var app = confidential(web, System.getenv("CLIENT_SECRET"));
    var first = app.acquireToken(ClientCredentialParameters.builder(graph).build()).join();
    var second = app.acquireToken(ClientCredentialParameters.builder(graph).build()).join();
    check(first.accessToken().equals(second.accessToken()), "not from its cache");
  }

  static void codeAndSilently() throws Exception {
    var app = confidential(web, System.getenv("CLIENT_SECRET"));
    var redirect = System.getenv("REDIRECT_URI");
    var asked = AuthorizationRequestUrlParameters.builder(redirect, mine).responseMode(ResponseMode.QUERY).state("s").build();
    System.out.println(app.getAuthorizationRequestUrl(asked));
    var query = new URI(new BufferedReader(new InputStreamReader(System.in)).readLine()).getRawQuery();
    var code = "";
    for (var pair : query.split("&")) if (pair.startsWith("code=")) code = URLDecoder.decode(pair.substring(5), StandardCharsets.UTF_8);
    var result = app.acquireToken(AuthorizationCodeParameters.builder(code, new URI(redirect)).scopes(mine).build()).join();
    check(result.account().homeAccountId().endsWith("." + tenant), result.account().homeAccountId());
    check(result.account().username().equals(System.getenv("USERNAME")), result.account().username());
    var again = app.acquireTokenSilently(SilentParameters.builder(mine, result.account()).forceRefresh(true).build()).join();
    check(!again.accessToken().equals(result.accessToken()), "not refreshed");
  }

  static void onBehalfOf() throws Exception {
    var api = System.getenv("API_ID");
    var middle = confidential(api, System.getenv("API_SECRET"));
    var assertion = new UserAssertion(System.getenv("CALLER_TOKEN"));
    check(middle.acquireToken(OnBehalfOfParameters.builder(mine, assertion).build()).join().accessToken() != null, "no token");
  }

  static void refusals() throws Exception {
    try {
      confidential(web, "wrong").acquireToken(ClientCredentialParameters.builder(graph).build()).join();
    } catch (Exception refused) {
      check(refused.getMessage().contains("AADSTS7000215"), refused);
      return;
    }
    throw new AssertionError("not refused");
  }

  public static void main(String[] args) {
    try {
      switch (args[0]) {
        case "clientCredentials" -> clientCredentials();
        case "codeAndSilently" -> codeAndSilently();
        case "onBehalfOf" -> onBehalfOf();
        case "refusals" -> refusals();
        default -> throw new IllegalArgumentException(args[0]);
      }
      System.exit(0);
    } catch (Throwable thrown) {
      thrown.printStackTrace();
      System.exit(1);
    }
  }
}
