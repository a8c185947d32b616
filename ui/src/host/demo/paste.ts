// A small stand-in for the program's paste reading: good enough to walk the screen, no more.
import type { EnvironmentView } from '../../bindings/EnvironmentView'
import type { ErrorCode } from '../../bindings/ErrorCode'
import type { PasteFinding } from '../../bindings/PasteFinding'
import type { PasteRequest } from '../types'

/** Pairs the stand-in provider knows: the access token starts with `a`, the refresh token with `b`. */
const TOKEN = /\b[0-9a-f]{64}\b/g

export function environmentOf(address: string): EnvironmentView | null {
  const host = address.trim().toLowerCase().replace(/^https?:\/\//, '').split(/[/?#]/)[0] ?? ''
  if (/(^|\.)huntflow\.dev$/.test(host)) return { env: 'sandbox', base_url: 'https://sandbox-api.huntflow.dev' }
  if (/(^|\.)huntflow\.ai$/.test(host)) return { env: 'prod-ai', base_url: 'https://api.huntflow.ai' }
  const own = /^([a-z0-9-]+)-api\.huntflow\.ru$/.exec(host)
  if (own) return { env: 'dedicated', base_url: `https://${host}` }
  if (/(^|\.)huntflow\.ru$/.test(host)) return { env: 'prod', base_url: 'https://api.huntflow.ru' }
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$/.test(host) ? { env: 'custom', base_url: `https://${host}` } : null
}

export function lookAt(request: PasteRequest): PasteFinding {
  const found = (name: string, problem: ErrorCode | null, access = false, refresh = false): PasteFinding => ({
    found: name,
    access_present: access,
    refresh_present: refresh,
    problem,
    environment: null,
  })
  const { text } = request
  const tokens = [request.access, request.refresh].some((field) => field.trim())
    ? [request.access.trim(), request.refresh.trim()].filter(Boolean)
    : (text.match(TOKEN) ?? [])
  const [first, second] = tokens
  if (!first) {
    if (/^\s*https?:\/\/\S+\s*$/.test(text)) {
      const isLink = /token|invite/.test(text)
      return { ...found(isLink ? 'link' : 'address', isLink ? 'paste_is_link' : null), environment: environmentOf(text) }
    }
    return text.trim() ? found('incomplete', 'paste_incomplete') : found('empty', 'paste_empty')
  }
  if (!second) return found('incomplete', 'paste_incomplete', first.startsWith('a'), first.startsWith('b'))
  if (first === second) return found('doubled', 'paste_doubled', true, true)
  if (first.startsWith('b')) return found('swapped', 'paste_swapped', true, true)
  return found('pair', null, true, true)
}
