// The real host. Each command is named here once, with the arguments src-tauri expects.
import { invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'
import { asRefusal, Refusal, type Host } from './types'

/** Refusals arrive as plain objects; a thrown `Error` keeps the stack for whoever looks. */
async function ask<T>(command: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args)
  } catch (thrown) {
    throw new Refusal(asRefusal(thrown))
  }
}

export const host: Host = {
  snapshot: () => ask('snapshot'),
  rows: (from) => ask('rows', { from }),
  connection: (id) => ask('connection', { id }),
  settingsSet: ({ language, theme }) => ask('settings_set', { language, theme }),
  vaultNow: () => ask('vault_now'),
  vaultRetry: () => ask('vault_retry'),
  environment: (address) => ask('environment', { address }),
  pasteLook: (request) => ask('paste_look', { request }),
  pasteCheck: (request, baseUrl, replaces) => ask('paste_check', { request, baseUrl, replaces }),
  pasteKeep: (keep) => ask('paste_keep', keep),
  clipboardClear: () => ask('clipboard_clear'),
  connectionTest: (id) => ask('connection_test', { id }),
  connectionRenew: (id) => ask('connection_renew', { id }),
  connectionRename: (id, label) => ask('connection_rename', { id, label }),
  connectionSetPerson: (id, person) => ask('connection_set_person', { id, person }),
  connectionRemove: (id) => ask('connection_remove', { id }),
  connectionRestore: (id) => ask('connection_restore', { id }),
  connectionCopy: (id) => ask('connection_copy', { id }),
  connectionReveal: (id) => ask('connection_reveal', { id }),
  connectionRevoke: (id, confirmed) => ask('connection_revoke', { id, confirmed }),
  apps: () => ask('apps'),
  appAdd: (form) => ask('app_add', { form }),
  appUpdate: (id, label, secret) => ask('app_update', { id, label, secret }),
  appRemove: (id) => ask('app_remove', { id }),
  consentBegin: (form) => ask('consent_begin', { form }),
  consentEnd: (id) => ask('consent_end', { id }),
  consentDecide: (id, keep) => ask('consent_decide', { id, keep }),
  consentCancel: (id) => ask('consent_cancel', { id }),
  consentPaste: (id, text) => ask('consent_paste', { id, text }),
  consentOpen: (id) => ask('consent_open', { id }),
  consentCopyLink: (id) => ask('consent_copy_link', { id }),
  aliasSet: (name, id) => ask('alias_set', { name, id }),
  aliasRemove: (name) => ask('alias_remove', { name }),
  servers: () => ask('servers'),
  enrol: () => ask('enrol'),
  cardInspect: (card) => ask('card_inspect', { card }),
  serverAdd: (card) => ask('server_add', { card }),
  seal: (server, ids, expiresHours) => ask('seal', { server, ids, expiresHours }),
  receipt: (text) => ask('receipt', { text }),
  recall: (id, force) => ask('recall', { id, force }),
  takeBack: (bundle) => ask('take_back', { bundle }),
  openFolder: (path) => ask('open_folder', { path }),
  openLink: (which) => ask('open_link', { which }),
  listen: (event, heard) => listen(event, (message) => heard(message.payload as never)),
}
