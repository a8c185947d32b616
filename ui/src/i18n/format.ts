// Dates, lengths of time and numbers, as the chosen language writes them. Formatters are costly to
// make and rows are drawn while scrolling, so each is made once per language.
import { t, words, type Language } from './words.svelte'

type Formatters = {
  day: Intl.DateTimeFormat
  dayTime: Intl.DateTimeFormat
  full: Intl.DateTimeFormat
  weekday: Intl.DateTimeFormat
  units: Record<'day' | 'hour' | 'minute', Intl.NumberFormat>
  list: Intl.ListFormat
}

const made = new Map<Language, Formatters>()

function formatters(): Formatters {
  const language = words.language
  let found = made.get(language)
  if (!found) {
    const unit = (name: string) => new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'narrow' })
    found = {
      day: new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' }),
      dayTime: new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }),
      full: new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }),
      weekday: new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' }),
      units: { day: unit('day'), hour: unit('hour'), minute: unit('minute') },
      list: new Intl.ListFormat(language, { type: 'conjunction' }),
    }
    made.set(language, found)
  }
  return found
}

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export const day = (at: string | number) => formatters().day.format(new Date(at))
export const dayTime = (at: string | number) => formatters().dayTime.format(new Date(at))
export const fullDate = (at: string | number) => formatters().full.format(new Date(at))
export const weekday = (at: string | number) => formatters().weekday.format(new Date(at))
export const list = (parts: string[]) => formatters().list.format(parts)
export const number = (value: number) => value.toLocaleString(words.language)

/** The two largest units that matter: "6d 4h", "4h 20m". Never negative: callers say "ended". */
export function duration(ms: number): string {
  const { units } = formatters()
  if (ms < MINUTE) return t('time.under_minute')
  const days = Math.floor(ms / DAY)
  const hours = Math.floor((ms % DAY) / HOUR)
  const minutes = Math.floor((ms % HOUR) / MINUTE)
  const parts: string[] = []
  if (days > 0) parts.push(units.day.format(days))
  if (hours > 0 && days < 10) parts.push(units.hour.format(hours))
  if (days === 0 && minutes > 0 && hours < 10) parts.push(units.minute.format(minutes))
  return parts.join(words.language === 'zh' ? '' : ' ')
}
