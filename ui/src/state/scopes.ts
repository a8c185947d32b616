// What can be asked for at each provider, in words for people where we have them. Pure.

export const CONSENT_PROVIDERS = ['google', 'feishu', 'lark', 'highlevel', 'oidc'] as const
export type ConsentProvider = (typeof CONSENT_PROVIDERS)[number]
export const isConsentProvider = (name: string): name is ConsentProvider => CONSENT_PROVIDERS.some((one) => one === name)

export const OFFLINE = 'offline_access'
const GOOGLE = 'https://www.googleapis.com/auth/'
const FULL_MAIL = 'https://mail.google.com/'

/** Google's picker: short names, as the program spells them out. */
export const GOOGLE_PICKER = [
  { service: 'gmail', scopes: ['gmail.readonly', 'gmail.send', 'gmail.modify'] },
  { service: 'sheets', scopes: ['spreadsheets.readonly', 'spreadsheets'] },
  { service: 'drive', scopes: ['drive.file', 'drive.readonly', 'drive'] },
] as const
export const GMAIL_AND_SHEETS: readonly string[] = ['gmail.modify', 'spreadsheets']

/** A wider permission holds these already; asking for both would only make the consent page longer. */
const HOLDS: Record<string, readonly string[]> = {
  'gmail.modify': ['gmail.readonly', 'gmail.send'],
  spreadsheets: ['spreadsheets.readonly'],
  drive: ['drive.readonly', 'drive.file'],
}
/** Google wants a review of public apps that ask for these. */
const RESTRICTED: ReadonlySet<string> = new Set(['gmail.readonly', 'gmail.modify', 'drive.readonly', 'drive', FULL_MAIL])

/** Which chosen scope holds this one too. */
export const heldBy = (scope: string, chosen: readonly string[]) => chosen.find((one) => HOLDS[one]?.includes(scope)) ?? null
export const isRestricted = (scopes: readonly string[]) => scopes.some((scope) => RESTRICTED.has(shortScope(scope)))

/** Words as people separate them: spaces, commas, line breaks. Each once. */
export const parseScopes = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter(Boolean))]

/** Google's choice: what is ticked without what a wider one holds, and whatever was written by hand. */
export const googleScopes = (ticked: readonly string[], own: string): string[] => [
  ...new Set([...ticked.filter((scope) => !heldBy(scope, ticked)), ...parseScopes(own).map(shortScope)]),
]

/** Google's addresses are long; people and this window use the last part. */
export const shortScope = (scope: string) => (scope.startsWith(GOOGLE) ? scope.slice(GOOGLE.length) : scope)

/** What every consent asks for by itself and nobody needs to choose. */
const BY_ITSELF: ReadonlySet<string> = new Set(['openid', 'email', 'userinfo.email'])
export const chosenOf = (scopes: readonly string[]) => scopes.map(shortScope).filter((scope) => !BY_ITSELF.has(scope))

/** What is usual at a provider, to begin with. */
export const USUAL: Record<Exclude<ConsentProvider, 'google'>, readonly string[]> = {
  feishu: ['auth:user.id:read', OFFLINE],
  lark: ['auth:user.id:read', OFFLINE],
  highlevel: ['locations.readonly'],
  oidc: ['openid', 'email', OFFLINE],
}
/** Offered beside the field. */
export const SUGGESTED: Record<Exclude<ConsentProvider, 'google'>, readonly string[]> = {
  feishu: ['contact:user.email:readonly', 'im:message', 'docx:document', 'sheets:spreadsheet', 'bitable:app'],
  lark: ['contact:user.email:readonly', 'im:message', 'docx:document', 'sheets:spreadsheet', 'bitable:app'],
  highlevel: ['contacts.readonly', 'contacts.write', 'medias.readonly', 'medias.write', 'companies.readonly'],
  oidc: ['profile'],
}

/** Scopes that have a name in the catalogues, by the name's last part. */
const NAMES: Record<string, string> = {
  openid: 'account',
  email: 'email',
  'userinfo.email': 'email',
  profile: 'profile',
  'userinfo.profile': 'profile',
  [OFFLINE]: 'offline',
  [FULL_MAIL]: 'gmail_all',
  'gmail.readonly': 'gmail_read',
  'gmail.send': 'gmail_send',
  'gmail.modify': 'gmail_modify',
  'spreadsheets.readonly': 'sheets_read',
  spreadsheets: 'sheets',
  'drive.file': 'drive_file',
  'drive.readonly': 'drive_read',
  drive: 'drive',
  'auth:user.id:read': 'account',
  'contact:user.email:readonly': 'email',
  'locations.readonly': 'location_read',
  'companies.readonly': 'company_read',
  'contacts.readonly': 'contacts_read',
  'contacts.write': 'contacts_write',
  'medias.readonly': 'media_read',
  'medias.write': 'media_write',
}
/** The catalogue's name for a scope, or null where only the scope itself says what it is. */
export const scopeName = (scope: string): string | null => NAMES[shortScope(scope)] ?? null
