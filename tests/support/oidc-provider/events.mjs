// What happens at the server, one line each:
//
// shown     {page, client}                              a person is asked to sign in or to agree
// answered  {client, person}                            the browser is sent back with a code
// started   {client}                                    a device has its code
// granted   {kind, client, person, grant, scope, refresh}   tokens for a consent; `grant` is the family's name
// refreshed {client, person, grant, rotation}           the family's renewal number `rotation`
// revoked   {grant, client, why}                        a whole family: `reused`, or `asked` by RFC 7009
// refused   {route, client, error, why}                 an error of ours; `why` is what no client is told
// fault     {why}                                       a defect of the server's or of these files

const FAILURES = [
  'authorization.error',
  'device_authorization.error',
  'grant.error',
  'introspection.error',
  'revocation.error',
  'userinfo.error',
]

export function tellEvents(provider, tell) {
  provider.on('interaction.started', ({ oidc }, prompt) => {
    tell({ event: 'shown', page: prompt.name === 'consent' ? 'consent' : 'login', client: oidc.params.client_id })
  })
  provider.on('authorization.success', ({ oidc }) => {
    tell({ event: 'answered', client: oidc.client.clientId, person: oidc.session.accountId })
  })
  provider.on('device_authorization.success', ({ oidc }) => tell({ event: 'started', client: oidc.client.clientId }))
  provider.on('grant.success', (ctx) => tell(granted(ctx.oidc, ctx.body)))
  provider.on('grant.revoked', ({ oidc }, grant) => {
    tell({ event: 'revoked', grant, client: oidc.client?.clientId, why: oidc.route === 'revocation' ? 'asked' : 'reused' })
  })
  for (const failure of FAILURES) {
    provider.on(failure, ({ oidc }, error) => {
      const { route, client } = oidc
      tell({ event: 'refused', route, client: client?.clientId, error: error.error, why: error.error_detail ?? error.error_description })
    })
  }
  provider.on('server_error', (_, error) => tell({ event: 'fault', why: error.stack }))
}

function granted({ client, entities, params }, body) {
  const { Account: account, Grant: grant, RefreshToken: refresh } = entities
  const common = { client: client.clientId, person: account.accountId, grant: grant.jti }
  if (params.grant_type === 'refresh_token') return { event: 'refreshed', ...common, rotation: refresh.rotations ?? 0 }
  return { event: 'granted', kind: params.grant_type, ...common, scope: body.scope, refresh: Boolean(body.refresh_token) }
}
