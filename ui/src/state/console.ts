// What a person does in each provider's own console, in order, and where; and the error pages a provider
// may show instead of coming back. Data only: the words are in the catalogues.
import type { ConsentProvider } from './scopes'

/** The program knows the address by its name; the page shows the address too. */
export type Link = { which: string; address: string }
export type Step = { key: string; link?: Link }

export const LINKS = {
  google_clients: 'https://console.cloud.google.com/auth/clients',
  google_audience: 'https://console.cloud.google.com/auth/audience',
  google_apis: 'https://console.cloud.google.com/apis/library',
  google_permissions: 'https://myaccount.google.com/permissions',
  feishu_console: 'https://open.feishu.cn/app',
  lark_console: 'https://open.larksuite.com/app',
  highlevel_apps: 'https://marketplace.gohighlevel.com/',
} as const
export type LinkName = keyof typeof LINKS
const to = (which: LinkName): Link => ({ which, address: LINKS[which] })

const lark = (which: 'feishu_console' | 'lark_console'): Step[] => [
  { key: 'lark_app', link: to(which) },
  { key: 'lark_redirect' },
  { key: 'lark_refresh' },
  { key: 'lark_scopes' },
  { key: 'lark_publish' },
]

export const CONSOLE_STEPS: Record<ConsentProvider, Step[]> = {
  google: [
    { key: 'google_apis', link: to('google_apis') },
    { key: 'google_audience', link: to('google_audience') },
    { key: 'google_client', link: to('google_clients') },
    { key: 'google_file' },
  ],
  feishu: lark('feishu_console'),
  lark: lark('lark_console'),
  highlevel: [{ key: 'highlevel_app', link: to('highlevel_apps') }, { key: 'highlevel_auth' }, { key: 'highlevel_key' }],
  oidc: [{ key: 'oidc_client' }, { key: 'oidc_redirect' }, { key: 'oidc_offline' }],
}

const LARK_PAGES = ['lark_20029', 'lark_20027', 'lark_20010', 'lark_20043', 'lark_unlisted']
/** Pages that never lead back, in the order in which people meet them. */
export const ERROR_PAGES: Record<ConsentProvider, readonly string[]> = {
  google: [
    'google_not_verified',
    'google_access_denied',
    'google_org_internal',
    'google_admin_policy',
    'google_redirect',
    'google_deleted',
    'google_useragent',
  ],
  feishu: LARK_PAGES,
  lark: LARK_PAGES,
  highlevel: ['highlevel_redirect', 'highlevel_scope', 'highlevel_location'],
  oidc: ['oidc_redirect', 'oidc_client', 'oidc_scope'],
}
