// What a test's configuration means to oidc-provider.
//
// { google: false, access_life_s: 3600, refresh_life_s: 1209600, scopes: ["openid", …],
//   people: [{ id, name, email }],
//   clients: [{ id, secret: null, redirect_uris: ["http://127.0.0.1/callback"] }],
//   inspector: { id, secret } }
//
// PKCE with S256 only; `iss` in every answer to a browser. A client with a secret may prove itself in the header or in
// the form; one without is public. Redirect addresses on loopback may have any port (RFC 8252 §7.3). A refresh token
// for `offline_access` with `prompt=consent`; each is good once, and using one again revokes everything that grew out of
// the same consent. The inspector may ask about every token (RFC 7662). google.mjs tells what `google` changes.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { interactionUrl } from './google.mjs'
import { deviceConfirm, deviceDone, deviceInput, failure } from './pages.mjs'

const CODE_LIFE_S = 60
const DEVICE_LIFE_S = 600
const SESSION_LIFE_S = 24 * 3600
const GRANT_LIFE_S = 400 * 24 * 3600
const GRANTS = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code']

export function settings(config, port) {
  return {
    clients: [...config.clients.map(client), inspector(config.inspector)],
    findAccount: (_, id) => account(config.people.find((person) => person.id === id)),
    scopes: config.scopes,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    features: features(config.inspector),
    interactions: { url: interactionUrl },
    pkce: { methods: ['S256'], required: () => true },
    rotateRefreshToken: true,
    // A refresh token is for when nobody is at the browser.
    expiresWithSession: () => false,
    ttl: {
      AccessToken: config.access_life_s,
      AuthorizationCode: CODE_LIFE_S,
      DeviceCode: DEVICE_LIFE_S,
      Grant: GRANT_LIFE_S,
      IdToken: config.access_life_s,
      Interaction: SESSION_LIFE_S,
      RefreshToken: config.refresh_life_s,
      Session: SESSION_LIFE_S,
    },
    renderError: failure,
    jwks: { keys: [signingKey()] },
    cookies: cookies(port),
  }
}

function features(inspector) {
  return {
    devInteractions: { enabled: false },
    deviceFlow: {
      enabled: true,
      userCodeInputSource: deviceInput,
      userCodeConfirmSource: deviceConfirm,
      successSource: deviceDone,
    },
    introspection: { enabled: true, allowedPolicy: (_, asking) => asking.clientId === inspector.id },
    revocation: { enabled: true },
    userinfo: { enabled: true },
  }
}

function client({ id, secret, redirect_uris }) {
  const proof = secret
    ? { client_secret: secret, token_endpoint_auth_method: 'client_secret_basic' }
    : { token_endpoint_auth_method: 'none' }
  return {
    client_id: id,
    ...proof,
    application_type: 'native',
    redirect_uris,
    grant_types: GRANTS,
    response_types: ['code'],
  }
}

function inspector({ id, secret }) {
  return { client_id: id, client_secret: secret, redirect_uris: [], grant_types: [], response_types: [] }
}

function account(person) {
  if (!person) return undefined
  const { id, name, email } = person
  return { accountId: id, claims: () => ({ sub: id, name, email, email_verified: true }) }
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'tests' }
}

/** Browsers share cookies between the ports of a host, and a test may have two servers. */
function cookies(port) {
  return {
    keys: [randomBytes(32).toString('base64url')],
    names: { session: `session_${port}`, interaction: `interaction_${port}`, resume: `resume_${port}` },
  }
}
