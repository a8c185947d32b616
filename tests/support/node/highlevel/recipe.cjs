// HighLevel's official client at work, with its addresses turned to a fake: its base is a static member of the class, the
// marketplace's a member of its OAuth part; there is no setting for either.
//
// Each line of the input is a JSON list, each line of the output the JSON answer.
//
//   [WHAT, SERVICES_URL, MARKETPLACE_URL, CLIENT_ID, CLIENT_SECRET, ...]
//
//   url REDIRECT_URI SCOPE     the address of the consent page
//   code CODE                  the exchange of a code
//   refresh TOKEN USER_TYPE    a refresh
//   location ID SESSION        a read with a stored session, which the client refreshes by itself
//   location-token COMPANY_ID LOCATION_ID ACCESS_TOKEN
//
// {"error": [HTTP status, message]} means that the client was refused.
const readline = require('node:readline')
const { HighLevel } = require('@gohighlevel/api-client')

function client(servicesUrl, marketplaceUrl, clientId, clientSecret, more = {}) {
  HighLevel.BASE_URL = servicesUrl
  // Its logger prints whole requests with their tokens; the number 0 of LogLevel.NONE would count as "unset".
  const made = new HighLevel({ clientId, clientSecret, logLevel: 'none', ...more })
  made.oauth.MARKETPLACE_URL = marketplaceUrl
  return made
}

const work = {
  url: async (where, redirectUri, scope) => client(...where).oauth.getAuthorizationUrl(where[2], redirectUri, scope),
  code: async (where, code) =>
    client(...where).oauth.getAccessToken({
      client_id: where[2], client_secret: where[3], grant_type: 'authorization_code', code, user_type: 'Location'
    }),
  refresh: async (where, token, userType) =>
    client(...where).oauth.refreshToken(token, where[2], where[3], 'refresh_token', userType),
  location: async (where, id, session) => {
    const made = client(...where)
    await made.getSessionStorage().setSession(id, session)
    const answer = await made.locations.getLocation({ locationId: id }, { preferredTokenType: 'location' })
    return { answer, session: await made.getSessionStorage().getSession(id) }
  },
  'location-token': async (where, companyId, locationId, agencyAccessToken) =>
    client(...where, { agencyAccessToken }).oauth.getLocationAccessToken({ companyId, locationId })
}

async function answer([what, ...rest]) {
  try {
    return await work[what](rest.slice(0, 4), ...rest.slice(4))
  } catch (error) {
    return { error: [error.statusCode ?? error.response?.status ?? null, error.message] }
  }
}

;(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + '\n')
  }
})()
