// Connections as a small company would have them, and as many more as a test asks for.
import type { ConnectionView } from '../../bindings/ConnectionView'
import type { ErrorCode } from '../../bindings/ErrorCode'

export const NOW = Date.parse('2026-11-21T09:30:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR

export const at = (ms: number) => new Date(NOW + ms).toISOString()

export const DESK = { kind: 'desk', name: 'anna-laptop', fingerprint: 'desk-7f3a', confirmed: true }
export const held = (name: string, confirmed: boolean) => ({ kind: 'server', name, fingerprint: 'hr-prod-1 fingerprint', confirmed })

export function row(over: Partial<ConnectionView> & Pick<ConnectionView, 'id' | 'label'>): ConnectionView {
  return {
    person: null,
    provider: 'huntflow',
    base_url: 'https://api.huntflow.ru',
    identity: null,
    aliases: [],
    health: 'healthy',
    severity: 'ok',
    valid: true,
    issues: [],
    deadline: null,
    next_step: 'renew',
    next_step_at: at(5 * DAY + 4 * HOUR),
    access_expires_at: at(5 * DAY + 4 * HOUR),
    refresh_expires_at: at(12 * DAY + 4 * HOUR),
    estimated: false,
    renew_opens_at: at(5 * DAY + 4 * HOUR),
    custody: DESK,
    static_key: null,
    rotating: true,
    renews: true,
    consented: false,
    epoch: 1,
    gen: 3,
    last_renewed_at: at(-DAY - 20 * HOUR),
    last_used_at: at(-2 * HOUR),
    last_tested_at: at(-6 * HOUR),
    last_error: null,
    removed_until: null,
    ...over,
  }
}

const dead = (code: ErrorCode, detail: string | null = null): Partial<ConnectionView> => ({
  health: 'needs_person',
  severity: 'critical',
  valid: false,
  issues: [code],
  deadline: at(-5 * HOUR),
  next_step: null,
  next_step_at: null,
  access_expires_at: at(-DAY),
  refresh_expires_at: at(6 * DAY),
  renew_opens_at: at(-DAY),
  last_error: { code, at: at(-5 * HOUR), detail },
})

export function smallCompany(): ConnectionView[] {
  return [
    row({ id: 'c1', label: 'Northwind recruiting', person: 'Olga Petrova', identity: { name: 'Olga Petrova', email: 'olga@northwind.example', organisations: ['Northwind'] }, ...dead('refresh_not_found', 'error.robot_token.not_found') }),
    row({ id: 'c2', label: 'Сибирские ветра', person: 'Иван Кузнецов', identity: { name: 'Иван Кузнецов', email: 'ivan@sibveter.example', organisations: ['Сибирские ветра', 'Ветра Плюс'] }, health: 'paused', severity: 'warning', valid: false, issues: ['payment_required'], deadline: at(3 * DAY), next_step: 'check', next_step_at: at(DAY), last_error: { code: 'payment_required', at: at(-3 * HOUR), detail: 'Payment Required Error' }, access_expires_at: at(-2 * DAY), refresh_expires_at: at(5 * DAY), renew_opens_at: at(-2 * DAY) }),
    row({ id: 'c3', label: 'Harbor sandbox', person: 'Li Wei', valid: false, base_url: 'https://sandbox-api.huntflow.dev', health: 'ends_soon', severity: 'warning', deadline: at(6 * DAY), estimated: true, next_step: 'check', next_step_at: at(9 * HOUR), issues: ['offline'], last_error: { code: 'offline', at: at(-HOUR), detail: null }, access_expires_at: at(-HOUR), refresh_expires_at: at(6 * DAY), renew_opens_at: null }),
    row({ id: 'c4', label: 'Baltic Logistics', person: 'Marta Ozola', health: 'in_doubt', severity: 'warning', valid: false, issues: ['in_doubt'], deadline: at(9 * DAY), next_step: 'probe', next_step_at: at(HOUR), access_expires_at: at(-20 * 60_000), refresh_expires_at: at(6 * DAY + 22 * HOUR), renew_opens_at: at(-20 * 60_000), last_error: { code: 'no_answer', at: at(-15 * 60_000), detail: null } }),
    row({ id: 'c5', label: 'Acme HR', person: 'Anna Smirnova', aliases: ['huntflow-active'], identity: { name: 'Anna Smirnova', email: 'anna@acme.example', organisations: ['Acme'] } }),
    row({ id: 'c6', label: 'Acme HR (new pair)', person: 'Anna Smirnova', estimated: true, next_step: 'check', next_step_at: at(20 * HOUR), access_expires_at: at(6 * DAY + 12 * HOUR), refresh_expires_at: at(6 * DAY + 12 * HOUR), renew_opens_at: null, last_renewed_at: null, identity: { name: 'Anna Smirnova', email: 'anna@acme.example', organisations: ['Acme'] } }),
    row({ id: 'c7', label: '星河科技招聘', person: '王小明', base_url: 'https://api.huntflow.ai', identity: { name: '王小明', email: 'wang@xinghe.example', organisations: ['星河科技'] }, next_step_at: at(2 * DAY), access_expires_at: at(2 * DAY), refresh_expires_at: at(9 * DAY), renew_opens_at: at(2 * DAY) }),
    row({ id: 'c8', label: 'Orchard careers', health: 'renew_due', next_step_at: at(4 * 60_000), access_expires_at: at(-30_000), refresh_expires_at: at(7 * DAY), renew_opens_at: at(-30_000) }),
    row({ id: 'c9', label: 'Payroll bot', person: 'Anna Smirnova', health: 'held', custody: held('hr-prod-1', true), next_step: null, next_step_at: null, valid: false }),
    row({ id: 'c10', label: 'Warehouse hiring', health: 'held', severity: 'warning', deadline: at(11 * DAY), custody: held('hr-prod-1', false), next_step: null, next_step_at: null, valid: false }),
    row({ id: 'c11', label: 'Legacy careers page', provider: 'static', static_key: 'alone', rotating: false, access_expires_at: null, refresh_expires_at: null, renew_opens_at: null, next_step: 'check', next_step_at: at(18 * HOUR), person: 'Careers site' }),
    row({ id: 'c12', label: 'Meridian', health: 'not_checked', next_step: 'check', next_step_at: at(10 * 60_000), estimated: true, access_expires_at: at(7 * DAY), refresh_expires_at: at(7 * DAY), renew_opens_at: null, last_renewed_at: null, last_used_at: null, last_tested_at: null, valid: false }),
    row({ id: 'c13', label: 'Old trial', removed_until: at(4 * DAY), valid: false, next_step: null, next_step_at: null }),
  ]
}

const NAMES = ['Northwind', 'Acme', 'Orchard', 'Meridian', 'Harbor', 'Baltic', 'Polar', 'Cedar', 'Juniper', 'Granite']
const PEOPLE = ['Anna Smirnova', 'Olga Petrova', 'Li Wei', 'Marta Ozola', 'Ivan Kuznetsov', 'Jo Park', 'Sam Reed', 'Ира Волкова', '王小明']

/** Steady, not random: a test that fails fails again. */
export function manyRows(count: number): ConnectionView[] {
  const rows: ConnectionView[] = []
  for (let n = 0; n < count; n += 1) {
    const access = ((n * 37) % (7 * 24)) * HOUR + 5 * HOUR
    const label = `${NAMES[n % NAMES.length]} ${String(n).padStart(5, '0')}`
    const person = PEOPLE[n % PEOPLE.length]!
    const base = { id: `m${n}`, label, person, identity: { name: person, email: `user${n}@company${n % 400}.example`, organisations: [`Company ${n % 400}`] } }
    if (n < count * 0.002) rows.push(row({ ...base, ...dead('refresh_not_found') }))
    else if (n < count * 0.006) rows.push(row({ ...base, health: 'ends_soon', severity: 'warning', deadline: at(DAY + ((n * 13) % 20) * DAY), access_expires_at: at(-HOUR), refresh_expires_at: at(5 * DAY) }))
    else rows.push(row({ ...base, next_step_at: at(access), access_expires_at: at(access), refresh_expires_at: at(access + 7 * DAY), renew_opens_at: at(access), estimated: n % 11 === 0 }))
  }
  return rows
}
