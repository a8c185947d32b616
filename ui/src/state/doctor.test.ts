import { describe, expect, it } from 'vitest'
import type { AppView } from '../bindings/AppView'
import { examine, mayGoOn, unseen, withoutPort } from './doctor'
import { chosenOf, googleScopes, parseScopes, scopeName } from './scopes'

const app = (over: Partial<AppView> = {}): AppView => ({
  id: 'a',
  label: 'A',
  provider: 'google',
  client_id: 'c',
  has_secret: true,
  refused: null,
  connections: [],
  redirects: ['http://127.0.0.1:0/'],
  settings: {},
  created_at: '2026-11-01T00:00:00Z',
  ...over,
})
const verdicts = (...of: Parameters<typeof examine>) => Object.fromEntries(examine(...of).map(({ key, verdict }) => [key, verdict]))

describe('the consent doctor', () => {
  it('has nothing to register for Google, and stops when nothing is asked for', () => {
    expect(verdicts({ provider: 'google', app: app(), scopes: ['gmail.send'] })).toEqual({
      secret_kept: 'ok',
      redirect_none: 'ok',
      offline_google: 'ok',
      google_api_on: 'check',
      google_type: 'ok',
      google_publish: 'note',
    })
    const empty = examine({ provider: 'google', app: app(), scopes: [] })
    expect(mayGoOn(empty)).toBe(false)
    expect(verdicts({ provider: 'google', app: app(), scopes: ['drive'] })['google_restricted']).toBe('note')
  })

  it('gives the exact addresses of a provider that compares them whole', () => {
    const redirects = ['http://localhost:18080/callback', 'http://localhost:18081/callback']
    const findings = examine({ provider: 'feishu', app: app({ redirects }), scopes: ['auth:user.id:read'] })
    expect(findings.find(({ key }) => key === 'redirect_several')?.copy).toEqual(redirects)
    expect(unseen(findings, [])).toBe(4)
    expect(unseen(findings, ['redirect_several', 'lark_switch'])).toBe(2)
    expect(mayGoOn(findings)).toBe(true)
  })

  it('does not ask again what earlier consents have proved', () => {
    expect(unseen(examine({ provider: 'lark', app: app({ redirects: ['http://localhost:1/callback'], connections: ['x'] }), scopes: [] }), [])).toBe(0)
  })

  it('stops without the secret that the provider wants, and not where there may be none', () => {
    for (const provider of ['google', 'feishu', 'lark', 'highlevel'] as const) {
      expect(verdicts({ provider, app: app({ has_secret: false }), scopes: ['x'] })['secret_missing']).toBe('bad')
    }
    expect(verdicts({ provider: 'oidc', app: app({ has_secret: false }), scopes: [] })['secret_public']).toBe('note')
    expect(verdicts({ provider: 'oidc', app: app({ refused: 'app_refused' }), scopes: [] })['secret_refused']).toBe('bad')
    expect(verdicts({ provider: 'oidc', app: app({ refused: 'app_disabled' }), scopes: [] })['app_stopped']).toBe('check')
  })

  it('names the address to register where only the port is free', () => {
    const findings = examine({ provider: 'oidc', app: app({ redirects: ['http://127.0.0.1:0/callback'] }), scopes: ['offline_access'] })
    expect(findings.find(({ key }) => key === 'redirect_any_port')?.copy).toEqual(['http://127.0.0.1/callback'])
    expect(findings.map(({ key }) => key)).toContain('oidc_single_use')
    expect(verdicts({ provider: 'oidc', app: app({ settings: { refresh_tokens: 'reusable' } }), scopes: [] })).not.toHaveProperty('oidc_single_use')
    expect(withoutPort('http://127.0.0.1:0/')).toBe('http://127.0.0.1/')
  })
})

describe('scopes', () => {
  it('are read as people write them, once each', () => {
    expect(parseScopes('openid,  email\nemail; x')).toEqual(['openid', 'email', 'x'])
    expect(googleScopes(['gmail.readonly', 'gmail.modify'], 'https://www.googleapis.com/auth/calendar gmail.modify')).toEqual(['gmail.modify', 'calendar'])
  })
  it('have names for people where we know them', () => {
    expect(scopeName('https://www.googleapis.com/auth/gmail.send')).toBe('gmail_send')
    expect(scopeName('im:message')).toBe(null)
    expect(chosenOf(['openid', 'https://www.googleapis.com/auth/userinfo.email', 'https://www.googleapis.com/auth/drive'])).toEqual(['drive'])
  })
})
