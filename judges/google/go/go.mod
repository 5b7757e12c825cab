module grantbox/judges/google

go 1.26.0

require golang.org/x/oauth2 v0.37.0

require cloud.google.com/go/compute/metadata v0.3.0 // indirect
