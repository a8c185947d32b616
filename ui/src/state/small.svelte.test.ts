import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { asRefusal, Refusal } from '../host/types'
import { duration } from '../i18n/format'
import { errorWords, languageOf, t, tn, words } from '../i18n/words.svelte'
import { base64 } from './files'
import { connection } from './fixture'
import { Notices } from './notices.svelte'
import { byUrgency, environmentOf, isPair, isPasted, refreshRefused, renewalAt } from './row'
import { dark } from './theme'

beforeAll(() => words.use('ru'))
afterEach(() => vi.useRealTimers())

describe('words', () => {
  it('counts as Russian counts', () => {
    expect(tn('connections.count', 1)).toBe('1 подключение')
    expect(tn('connections.count', 3)).toBe('3 подключения')
    expect(tn('connections.count', 11)).toBe('11 подключений')
  })
  it('knows a language by its tag', () => {
    expect([languageOf('zh-Hans-CN'), languageOf('ru_RU.UTF-8'), languageOf('de')]).toEqual(['zh', 'ru', 'en'])
  })
  it('says lengths of time in two units', () => {
    expect(duration(6 * 86_400_000 + 4 * 3_600_000)).toMatch(/^6 д(н)?\.? 4 ч$/)
    expect(duration(10_000)).toBe('меньше минуты')
  })
  it('fetches the words of consents when they are wanted, and keeps them in every language', async () => {
    expect(t('apps.title')).toBe(undefined)
    // Asked for twice at once, and while the language changes: each is there for whoever has waited.
    const changing = words.use('zh')
    void words.useWizard()
    await words.useWizard()
    expect([t('apps.title'), t('nav.apps')]).toEqual(['应用', '应用'])
    await changing
    await words.use('ru')
    expect([t('apps.title'), words.language]).toEqual(['Приложения', 'ru'])
  })
  it('has words for a code', () => expect(errorWords('offline').cause).toMatch(/интернет/))
})

describe('refusals', () => {
  it('keeps the code of whatever was thrown', () => {
    expect(asRefusal({ code: 'offline' })).toEqual({ code: 'offline', params: {}, detail: null })
    expect(asRefusal(new Refusal({ code: 'not_found', params: { name: 'x' }, detail: null })).params).toEqual({ name: 'x' })
    expect(asRefusal(new Error('boom'))).toEqual({ code: 'internal', params: {}, detail: 'boom' })
  })
})

describe('rows', () => {
  it('orders by urgency, then deadline, then label; removed last', () => {
    const rows = [
      connection({ label: 'removed', removed_until: '2026-12-01T00:00:00Z', severity: 'critical' }),
      connection({ label: 'b' }),
      connection({ label: 'a' }),
      connection({ label: 'later', severity: 'warning', deadline: '2026-12-02T00:00:00Z' }),
      connection({ label: 'sooner', severity: 'warning', deadline: '2026-12-01T00:00:00Z' }),
      connection({ label: 'critical', severity: 'critical', deadline: '2026-12-09T00:00:00Z' }),
    ]
    expect(rows.sort(byUrgency).map((row) => row.label)).toEqual(['critical', 'sooner', 'later', 'a', 'b', 'removed'])
  })
  it('tells what was pasted from what was consented to, and renews both', () => {
    const lasting = connection({ provider: 'google', consented: true, rotating: false, refresh_expires_at: null, next_step: 'renew', next_step_at: '2026-11-21T10:00:00Z' })
    expect([isPair(lasting), isPasted(lasting), isPasted(connection())]).toEqual([true, false, true])
    expect(renewalAt(lasting)).toBe('2026-11-21T10:00:00Z')
    expect(renewalAt(connection({ provider: 'static', static_key: 'alone', rotating: false, renews: false, next_step: 'check' }))).toBe(null)
    expect(refreshRefused(lasting)).toBe(false)
    expect(refreshRefused({ ...lasting, issues: ['revoked'] })).toBe(true)
  })
  it('names the environment of an address', () => {
    const of = (host: string) => environmentOf(`https://${host}`)
    expect([of('api.huntflow.ru'), of('api.huntflow.ai'), of('sandbox-api.huntflow.dev'), of('lanit-api.huntflow.ru'), of('hf.local')]).toEqual([
      'prod',
      'prod_ai',
      'sandbox',
      'dedicated',
      'custom',
    ])
  })
})

describe('notices', () => {
  it('goes away by itself unless something can be undone', () => {
    vi.useFakeTimers()
    const notices = new Notices()
    notices.say('saved')
    notices.say('removed', { action: { label: 'Undo', run: () => undefined, testid: 'undo' } })
    vi.advanceTimersByTime(60_000)
    expect(notices.list.map((notice) => notice.text)).toEqual(['removed'])
  })
})

describe('theme', () => {
  it('takes the desktop\'s word for "system"', () => {
    expect([dark('system', true), dark('system', false), dark('light', true), dark('dark', false)]).toEqual([true, false, false, true])
  })
})

describe('files', () => {
  it('writes every byte', async () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => index % 256)
    expect(await base64(new Blob([bytes]))).toBe(Buffer.from(bytes).toString('base64'))
  })
})
