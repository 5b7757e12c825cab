# omniauth-github at GitHub's own addresses: `trials.rb <trial>`, which ends with 0 when all was as it should be.

require 'json'
require 'omniauth'
require 'omniauth-github'
require 'rack'
require 'rack/mock'

OmniAuth.config.allowed_request_methods = [:get]
OmniAuth.config.silence_get_warning = true
OmniAuth.config.request_validation_phase = nil
OmniAuth.config.full_host = ENV.fetch('REDIRECT_URI').delete_suffix('/callback')
OmniAuth.config.logger.level = Logger::FATAL

# An app with a button to sign in, and one browser on it; fails with what OmniAuth calls the failure.
def sign_in(secret: ENV.fetch('CLIENT_SECRET'))
  session = {}
  OmniAuth.config.on_failure = ->(env) { [500, {}, [env['omniauth.error.type'].to_s]] }
  finished = ->(env) { [200, {}, [JSON.generate(env['omniauth.auth'])]] }
  app = OmniAuth::Builder.new(finished) do
    provider :github, ENV.fetch('CLIENT_ID'), secret, scope: 'user:email', callback_path: '/callback'
  end
  visit = ->(path) { app.call(Rack::MockRequest.env_for(path, 'rack.session' => session)) }
  $stdout.puts visit.call('/auth/github')[1]['Location']
  $stdout.flush
  back = URI($stdin.gets.strip)
  status, _, body = visit.call("/callback?#{back.query}")
  raise body.join unless status == 200

  JSON.parse(body.join)
end

def check(holds, what)
  abort "not as it should be: #{what}" unless holds
end

def failure
  yield
  'none'
rescue RuntimeError => e
  e.message
end

case ARGV[0]
when 'sign_in'
  user = sign_in
  check user['uid'] == '583232' && user['info']['nickname'] == 'bob' && user['info']['email'] == 'bob@example.com', user
  check user['extra']['scope'] == 'user:email', user['extra']
when 'declined'
  check failure { sign_in } == 'access_denied', 'the user declined'
when 'refused'
  said = failure { sign_in(secret: 'wrong') }
  check %w[invalid_credentials incorrect_client_credentials].include?(said), said
end
