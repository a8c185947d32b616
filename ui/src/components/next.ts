// The next thing that happens to a connection, and who does it.
import type { ConnectionView } from '../bindings/ConnectionView'
import { dayTime } from '../i18n/format'
import { errorWords, t } from '../i18n/words.svelte'
import { refreshRefused } from '../state/row'

export function nextStep(row: ConnectionView): string {
  if (row.removed_until) return t('next.removed', { date: dayTime(row.removed_until) })
  if (row.custody.kind === 'server') {
    const server = row.custody.name
    return row.custody.confirmed ? t('next.server', { server }) : t('next.receipt', { server })
  }
  if (row.custody.kind === 'file') return t('next.file')
  const date = row.next_step_at ? dayTime(row.next_step_at) : null
  if (date && row.next_step === 'renew') return t('next.renew', { date })
  if (date && row.next_step === 'probe') return t('next.probe', { date })
  if (row.health === 'needs_person') {
    if (row.consented && refreshRefused(row)) return t('next.consent')
    const issue = row.issues[0]
    return (issue && errorWords(issue).button) || t(row.consented ? 'next.consent' : 'next.paste')
  }
  if (date) return t('next.check', { date })
  return row.static_key === 'alone' ? t('next.static') : t('next.none')
}
