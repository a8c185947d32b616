// Google's manner, as its documents and users tell it (not checked against Google itself): a refresh token comes with
// `access_type=offline` and `prompt=consent` together and not otherwise; it stays the same at a renewal, whose answer
// leaves it out; whoever consented before is not asked again unless `prompt` says so; the id_token holds the address.
// Any token, sent to the revocation endpoint by anybody, ends all that its person ever allowed here.
import { interactionPolicy } from 'oidc-provider'
import { form } from './form.mjs'

/** As in a `client_secret.json` and Google's documents, without the hosts. */
const ROUTES = {
  authorization: '/o/oauth2/v2/auth',
  token: '/token',
  revocation: '/revoke',
  userinfo: '/v1/userinfo',
  jwks: '/oauth2/v3/certs',
  device_authorization: '/device/code',
}

/** `settings` for oidc-provider, and `accompany`, to be called with the provider made of them. */
export function googleManner() {
  const offline = new Set()
  return {
    settings: {
      routes: ROUTES,
      conformIdTokenClaims: false,
      extraParams: ['access_type', 'include_granted_scopes'],
      interactions: { url: interactionUrl, policy: policy() },
      issueRefreshToken: (_, __, code) => code.kind === 'DeviceCode' || offline.has(code.jti),
      rotateRefreshToken: false,
    },
    accompany(provider) {
      provider.on('authorization.success', ({ oidc }, answer) => {
        if (answer?.code && oidc.params.access_type === 'offline' && oidc.prompts.has('consent')) offline.add(answer.code)
      })
      const grants = new Map()
      provider.on('grant.saved', ({ jti, accountId }) => grants.set(jti, accountId))
      provider.use(revocation(provider, grants))
      provider.use(withoutRefreshToken)
    },
  }
}

export function interactionUrl(_, { uid }) {
  return `/interaction/${uid}`
}

async function withoutRefreshToken(ctx, next) {
  await next()
  if (ctx.oidc?.route === 'token' && ctx.oidc.params?.grant_type === 'refresh_token') delete ctx.body.refresh_token
}

function revocation(provider, grants) {
  return async function answer(ctx, next) {
    if (ctx.path !== ROUTES.revocation || ctx.method !== 'POST') return next()
    const value = (await form(ctx.req)).get('token') ?? ''
    const token = (await provider.RefreshToken.find(value)) ?? (await provider.AccessToken.find(value))
    if (!token) {
      ctx.status = 400
      ctx.body = { error: 'invalid_token', error_description: 'Token expired or revoked' }
      return
    }
    for (const [grant] of [...grants].filter(([, person]) => person === token.accountId)) {
      grants.delete(grant)
      await end(provider, grant, token.clientId)
    }
    ctx.body = {}
  }
}

async function end(provider, grant, clientId) {
  for (const model of [provider.AccessToken, provider.RefreshToken, provider.AuthorizationCode]) await model.revokeByGrantId(grant)
  await (await provider.Grant.find(grant))?.destroy()
  provider.emit('grant.revoked', { oidc: { route: 'revocation', client: { clientId } } }, grant)
}

function policy() {
  const policy = interactionPolicy.base()
  policy.get('consent').checks.remove('native_client_prompt')
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0)
  return policy
}
