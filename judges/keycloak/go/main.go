// go-oidc and x/oauth2 at Keycloak's realm `demo`: `trials <trial>`, which ends with 0 when all was as it should be.
package main

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

var (
	ctx    = context.Background()
	issuer = os.Getenv("ISSUER")
	id     = os.Getenv("CLIENT_ID")
	secret = os.Getenv("CLIENT_SECRET")
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func want(holds bool, what any) {
	if !holds {
		check(fmt.Errorf("not as it should be: %v", what))
	}
}

func provider() *oidc.Provider {
	found, err := oidc.NewProvider(ctx, issuer)
	check(err)
	return found
}

func config(found *oidc.Provider, secret string) oauth2.Config {
	return oauth2.Config{
		ClientID: id, ClientSecret: secret, Endpoint: found.Endpoint(),
		RedirectURL: "http://localhost:3000/callback", Scopes: []string{oidc.ScopeOpenID, "email"},
	}
}

// A whole code flow; somebody else is the user and the browser.
func code() {
	found := provider()
	client := config(found, secret)
	verifier := oauth2.GenerateVerifier()
	fmt.Println(client.AuthCodeURL("s", oidc.Nonce("n"), oauth2.S256ChallengeOption(verifier)))
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	check(err)
	back, err := url.Parse(strings.TrimSpace(line))
	check(err)
	want(back.Query().Get("state") == "s" && back.Query().Get("iss") == issuer, back)
	token, err := client.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(verifier))
	check(err)
	raw, _ := token.Extra("id_token").(string)
	idToken, err := found.Verifier(&oidc.Config{ClientID: id}).Verify(ctx, raw)
	check(err)
	want(idToken.Nonce == "n", idToken.Nonce)
	check(idToken.VerifyAccessToken(token.AccessToken))
	user, err := found.UserInfo(ctx, client.TokenSource(ctx, token))
	check(err)
	want(user.Email == "alice@example.com" && user.EmailVerified, user)
	token.Expiry = token.Expiry.AddDate(-1, 0, 0)
	fresh, err := client.TokenSource(ctx, token).Token()
	check(err)
	want(fresh.AccessToken != token.AccessToken, "the same token after a refresh")
	_, err = client.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(verifier))
	want(err != nil && strings.Contains(err.Error(), "Code not valid"), err)
}

func clientCredentials() {
	service := clientcredentials.Config{ClientID: id, ClientSecret: secret, TokenURL: provider().Endpoint().TokenURL}
	token, err := service.Token(ctx)
	check(err)
	_, err = provider().Verifier(&oidc.Config{ClientID: "account"}).Verify(ctx, token.AccessToken)
	check(err)
}

func password() {
	found := provider()
	client := config(found, secret)
	_, err := client.PasswordCredentialsToken(ctx, "alice", "password")
	check(err)
	_, err = client.PasswordCredentialsToken(ctx, "alice", "wrong")
	want(err != nil && strings.Contains(err.Error(), "Invalid user credentials"), err)
	client = config(found, "wrong")
	_, err = client.PasswordCredentialsToken(ctx, "alice", "password")
	want(err != nil && strings.Contains(err.Error(), "unauthorized_client"), err)
}

func main() {
	map[string]func(){"code": code, "client_credentials": clientCredentials, "password": password}[os.Args[1]]()
}
