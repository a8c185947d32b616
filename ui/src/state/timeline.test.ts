import { describe, expect, it } from 'vitest'
import { at, NOW } from '../host/demo/rows'
import { connection } from './fixture'
import { isOnDay, timeline } from './timeline'

const DAY = 86_400_000
const onDay = (ms: number, marks: 'deadlines' | 'renewals', rows: ReturnType<typeof connection>[]) => {
  const moment = NOW + ms
  return timeline(rows, NOW).find((day) => moment >= day.start && moment < day.end)?.[marks]
}

describe('the next 30 days', () => {
  it('has thirty days without gaps', () => {
    const days = timeline([], NOW)
    expect(days.length).toBe(30)
    days.slice(1).forEach((day, index) => expect(day.start).toBe(days[index]!.end))
  })

  it('counts renewals and deadlines on their days', () => {
    const rows = [connection({ next_step_at: at(3 * DAY) }), connection({ severity: 'warning', deadline: at(6 * DAY), next_step: 'check' })]
    expect(onDay(3 * DAY, 'renewals', rows)).toBe(1)
    expect(onDay(6 * DAY, 'deadlines', rows)).toBe(1)
  })

  it('puts what is overdue on today, and finds it there', () => {
    const late = connection({ severity: 'critical', deadline: at(-9 * DAY), next_step: null })
    const [today] = timeline([late], NOW)
    expect(today?.deadlines).toBe(1)
    expect(isOnDay(late, today!, true)).toBe(true)
    expect(isOnDay(late, timeline([late], NOW)[1]!, false)).toBe(false)
  })

  it('leaves removed rows and what lies beyond thirty days out', () => {
    const rows = [connection({ removed_until: at(DAY), deadline: at(DAY) }), connection({ next_step: null, deadline: at(40 * DAY) })]
    expect(timeline(rows, NOW).every((day) => day.deadlines === 0 && day.renewals === 0)).toBe(true)
  })
})
