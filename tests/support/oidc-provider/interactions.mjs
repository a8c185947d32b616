// Signing in, agreeing and refusing: plain forms under /interaction/UID.
import { form } from './form.mjs'
import { consentPage, gonePage, loginPage } from './pages.mjs'

/** Who somebody is is asked together; what they allow, one by one (in Google's manner). */
const IDENTITY = ['openid', 'email', 'profile', 'offline_access']

/** A handler of node's requests. */
export function interactions(provider, config) {
  const actions = { login, consent, deny }

  return async function answer(request, response) {
    const [, , uid, action] = new URL(request.url, 'http://here').pathname.split('/')
    let details
    try {
      details = await provider.interactionDetails(request, response)
    } catch {
      return show(response, 400, gonePage())
    }
    if (details.uid !== uid) return show(response, 400, gonePage())
    const finish = (result, merge = true) =>
      provider.interactionFinished(request, response, result, { mergeWithLastSubmission: merge })
    if (request.method !== 'POST') return ask(details, response)
    if (!Object.hasOwn(actions, action)) return show(response, 404, gonePage())
    return actions[action](details, await form(request), finish, response)
  }

  function ask({ uid, prompt, params, session }, response, refused = false) {
    const base = { action: `/interaction/${uid}`, client: params.client_id }
    if (prompt.name === 'consent') {
      const person = config.people.find(({ id }) => id === session.accountId)
      const scopes = asked(params)
      return show(response, 200, consentPage({ ...base, person: person.email, scopes, choices: choices(scopes) }))
    }
    return show(response, 200, loginPage({ ...base, hint: params.login_hint, refused }))
  }

  function login(details, sent, finish, response) {
    const name = sent.get('person') ?? ''
    const person = config.people.find(({ id, email }) => name === id || name === email)
    if (!person) return ask(details, response, true)
    return finish({ [details.prompt.name]: {}, login: { accountId: person.id } }, false)
  }

  async function consent({ prompt, params, session, grantId }, sent, finish) {
    const who = { accountId: session.accountId, clientId: params.client_id }
    // In Google's manner all consents of a person to an app are one; elsewhere each is a family of its own.
    const before = config.google && grantId && (await provider.Grant.find(grantId))
    const grant = before || new provider.Grant(who)
    const scopes = asked(params)
    const refused = choices(scopes).filter((scope) => !sent.getAll('scope').includes(scope))
    grant.addOIDCScope(scopes.filter((scope) => !refused.includes(scope)))
    if (refused.length > 0) grant.rejectOIDCScope(refused)
    if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims)
    return finish({ consent: { grantId: await grant.save() } })
  }

  function deny(_, __, finish) {
    return finish({ error: 'access_denied', error_description: 'the person said no' }, false)
  }

  function asked(params) {
    return (params.scope ?? '').split(' ').filter((scope) => config.scopes.includes(scope))
  }

  function choices(scopes) {
    return config.google ? scopes.filter((scope) => !IDENTITY.includes(scope)) : []
  }
}

function show(response, status, html) {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html)
}
