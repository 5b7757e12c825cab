// x/oauth2's endpoints of GitHub: `trials <trial>`, which ends with 0 when all was as it should be.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/github"
)

var (
	ctx    = context.Background()
	config = oauth2.Config{
		ClientID: os.Getenv("CLIENT_ID"), ClientSecret: os.Getenv("CLIENT_SECRET"), Endpoint: github.Endpoint,
		RedirectURL: os.Getenv("REDIRECT_URI"), Scopes: []string{"read:user", "user:email"},
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

// Somebody else is the user and the browser.
func visited(address string) *url.URL {
	fmt.Println(address)
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	check(err)
	back, err := url.Parse(strings.TrimSpace(line))
	check(err)
	return back
}

func login(token *oauth2.Token) string {
	answer, err := config.Client(ctx, token).Get("https://api.github.com/user")
	check(err)
	defer answer.Body.Close()
	var user struct{ Login string }
	check(json.NewDecoder(answer.Body).Decode(&user))
	return user.Login
}

// A whole code flow, whose answer is a form.
func code() {
	verifier := oauth2.GenerateVerifier()
	back := visited(config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)))
	want(back.Query().Get("state") == "s", back)
	token, err := config.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(verifier))
	check(err)
	want(token.Expiry.IsZero() && token.Extra("scope") == "read:user,user:email", token)
	want(login(token) == "bob", login(token))
	_, err = config.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(verifier))
	var refused *oauth2.RetrieveError
	want(errors.As(err, &refused) && refused.ErrorCode == "bad_verification_code", err)
}

func device() {
	asked, err := config.DeviceAuth(ctx)
	check(err)
	want(asked.VerificationURI == "https://github.com/login/device" && asked.VerificationURIComplete == "", asked)
	visited(asked.VerificationURI + "#" + asked.UserCode)
	token, err := config.DeviceAccessToken(ctx, asked)
	check(err)
	want(login(token) == "alice", login(token))
}

func main() {
	map[string]func(){"code": code, "device": device}[os.Args[1]]()
}
