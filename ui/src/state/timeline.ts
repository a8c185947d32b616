// The next 30 days, counted: what Bulla will do by itself, and what a person must have done.
import type { Kept } from './kept'

export const TIMELINE_DAYS = 30

export type TimelineDay = { start: number; end: number; renewals: number; deadlines: number }
export type DayFilter = { start: number; end: number }
type Marks = Pick<Kept, 'deadline' | 'renewal'>

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
export function timeline(connections: Marks[], now: number): TimelineDay[] {
  const days = emptyDays(now)
  for (const { deadline, renewal } of connections) {
    const due = deadline === null ? undefined : dayOf(days, deadline)
    if (due) due.deadlines += 1
    const renews = renewal === null ? undefined : dayOf(days, renewal)
    if (renews) renews.renewals += 1
  }
  return days
}

/** Whether a connection has a mark on the day. The first day takes what is overdue along. */
export function isOnDay({ deadline, renewal }: Marks, day: DayFilter, first: boolean): boolean {
  const isOn = (moment: number | null) => moment !== null && moment < day.end && (first || moment >= day.start)
  return isOn(deadline) || isOn(renewal)
}

function dayOf(days: TimelineDay[], at: number): TimelineDay | undefined {
  const first = days[0]
  if (!first) return undefined
  if (at < first.end) return first
  const guess = Math.floor((at - first.start) / 86_400_000)
  // A day of 23 or 25 hours moves the guess by one.
  return [guess - 1, guess, guess + 1].map((index) => days[index]).find((day) => day && at >= day.start && at < day.end)
}
