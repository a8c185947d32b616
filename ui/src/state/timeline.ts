// The next 30 days, counted: what Bulla will do by itself, and what a person must have done.
import type { ConnectionView } from '../bindings/ConnectionView'
import { personsDeadline, renewalAt } from './row'

export const TIMELINE_DAYS = 30

export type TimelineDay = { start: number; end: number; renewals: number; deadlines: number }
export type DayFilter = { start: number; end: number }

/** Days as the person's calendar has them, which are not always 24 hours long. */
function emptyDays(now: number): TimelineDay[] {
  const midnight = new Date(now)
  midnight.setHours(0, 0, 0, 0)
  return Array.from({ length: TIMELINE_DAYS }, (_, index) => {
    const start = new Date(midnight)
    start.setDate(start.getDate() + index)
    const end = new Date(midnight)
    end.setDate(end.getDate() + index + 1)
    return { start: start.getTime(), end: end.getTime(), renewals: 0, deadlines: 0 }
  })
}

/** What is overdue stands on the first day: it is today's work. */
export function timeline(rows: ConnectionView[], now: number): TimelineDay[] {
  const days = emptyDays(now)
  for (const row of rows) {
    if (row.removed_until) continue
    const due = personsDeadline(row)
    const deadline = due ? dayOf(days, Date.parse(due)) : undefined
    if (deadline) deadline.deadlines += 1
    const at = renewalAt(row)
    const renewal = at ? dayOf(days, Date.parse(at)) : undefined
    if (renewal) renewal.renewals += 1
  }
  return days
}

/** Whether a row has a mark on the day. The first day takes what is overdue along. */
export function isOnDay(row: ConnectionView, day: DayFilter, first: boolean): boolean {
  if (row.removed_until) return false
  return [personsDeadline(row), renewalAt(row)].some((at) => {
    if (!at) return false
    const moment = Date.parse(at)
    return moment < day.end && (first || moment >= day.start)
  })
}

function dayOf(days: TimelineDay[], at: number): TimelineDay | undefined {
  const first = days[0]
  if (!first) return undefined
  if (at < first.end) return first
  const guess = Math.floor((at - first.start) / 86_400_000)
  // A day of 23 or 25 hours moves the guess by one.
  return [guess - 1, guess, guess + 1].map((index) => days[index]).find((day) => day && at >= day.start && at < day.end)
}
