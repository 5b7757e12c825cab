// x/oauth2 with its google package, unchanged: `trials <trial>`, which ends with 0 when all was as it should be.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

var (
	ctx    = context.Background()
	client = oauth2.Config{
		ClientID: os.Getenv("CLIENT_ID"), ClientSecret: os.Getenv("CLIENT_SECRET"), Endpoint: google.Endpoint,
		RedirectURL: os.Getenv("REDIRECT_URI"), Scopes: []string{"openid", "email", "profile"},
	}
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

func told(by *http.Client) map[string]any {
	answer, err := by.Get("https://www.googleapis.com/oauth2/v2/userinfo")
	check(err)
	defer answer.Body.Close()
	var user map[string]any
	check(json.NewDecoder(answer.Body).Decode(&user))
	return user
}

// A whole code flow; somebody else is the user and the browser.
func code() {
	verifier := oauth2.GenerateVerifier()
	fmt.Println(client.AuthCodeURL("s", oauth2.AccessTypeOffline, oauth2.ApprovalForce, oauth2.S256ChallengeOption(verifier)))
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	check(err)
	back, err := url.Parse(strings.TrimSpace(line))
	check(err)
	want(back.Query().Get("state") == "s", back)
	token, err := client.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(verifier))
	check(err)
	want(token.Extra("id_token") != nil && token.RefreshToken != "", token)
	want(told(client.Client(ctx, token))["email"] == "alice@example.com", "another user")
	token.Expiry = token.Expiry.AddDate(-1, 0, 0)
	fresh, err := client.TokenSource(ctx, token).Token()
	check(err)
	want(fresh.AccessToken != token.AccessToken && fresh.RefreshToken == token.RefreshToken, fresh)
	_, err = client.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(verifier))
	want(err != nil && strings.Contains(err.Error(), `"invalid_grant" "Bad Request"`), err)
	client.ClientSecret = "x"
	_, err = client.Exchange(ctx, "4/0Ax")
	want(err != nil && strings.Contains(err.Error(), "The provided client secret is invalid."), err)
}

// A device shows its code, and polls until its user is done.
func device() {
	client.ClientID, client.ClientSecret = os.Getenv("TV_CLIENT_ID"), os.Getenv("TV_CLIENT_SECRET")
	client.Scopes = []string{"openid", "email"}
	shown, err := client.DeviceAuth(ctx)
	check(err)
	want(shown.VerificationURI == "https://www.google.com/device", shown)
	fmt.Printf("%s?code=%s\n", shown.VerificationURI, shown.UserCode)
	_, err = bufio.NewReader(os.Stdin).ReadString('\n')
	check(err)
	token, err := client.DeviceAccessToken(ctx, shown)
	check(err)
	want(told(client.Client(ctx, token))["email"] == "alice@example.com", "another user")
}

func serviceAccount() {
	config, err := google.JWTConfigFromJSON([]byte(os.Getenv("KEY_FILE")), "email")
	check(err)
	token, err := config.TokenSource(ctx).Token()
	check(err)
	want(strings.HasPrefix(token.AccessToken, "ya29.c."), token.AccessToken)
	config.Subject = "bob@example.com"
	want(told(config.Client(ctx))["email"] == "bob@example.com", "another user")
	config.Subject = "alice@example.com"
	_, err = config.TokenSource(ctx).Token()
	want(err != nil && strings.Contains(err.Error(), "unauthorized_client"), err)
}

func main() {
	map[string]func(){"code": code, "device": device, "service_account": serviceAccount}[os.Args[1]]()
}
