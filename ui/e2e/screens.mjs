// Every screen and every state of one, with the steps that lead there. Axe and the pictures walk the same list.
const PAIR = `access_token: a${'1'.repeat(63)}\nrefresh_token: b${'2'.repeat(63)}`
const REFUSED = `ac${'1'.repeat(62)} b${'2'.repeat(63)}`
const OFFLINE = `ae${'1'.repeat(62)} b${'2'.repeat(63)}`

const nav = (name) => (page) => page.id(`nav-${name}`).click()
const toPaste = async (page) => {
  await nav('add')(page)
  await page.id('provider-huntflow').click()
}
const check = (text) => async (page) => {
  await toPaste(page)
  await page.id('paste').fill(text)
  await page.locator('[data-testid=check]:enabled').click()
}
const row = (id) => async (page) => {
  // Group chips and order change; the row is found by its text wherever it is.
  await page.locator(`[data-id="${id}"]`).click()
  await page.id('history').waitFor()
}
const toEnrol = async (page) => {
  await nav('servers')(page)
  await page.id('enrol').click()
  await page.id('enrol-command').waitFor()
}
const card = async (page) => {
  await toEnrol(page)
  await page.id('card').fill('bulla-card1:abc')
}

/** The list is longer than the window: the row is looked for. */
const found = (id, text) => async (page) => {
  await page.id('search').fill(text)
  await row(id)(page)
}
const toConsent = (provider) => async (page) => {
  await nav('add')(page)
  await page.id(`provider-${provider}`).click()
  await page.id('doctor').or(page.id('add-app')).first().waitFor()
}
/** As far as the browser. */
const asked = async (page) => {
  await toConsent('google')(page)
  await page.id('preset').click()
  await page.id('label').fill('Olga: Gmail')
  await page.locator('[data-testid=open-browser]:enabled').click()
}
const ended = async (page) => {
  await asked(page)
  await page.id('ended').waitFor()
}
const renewed = async (page) => {
  await found('g1', 'gmail')(page)
  await page.id('consent-again').click()
  await page.locator('[data-testid=open-browser]:enabled').click()
  await page.id('ended').waitFor()
}

export const SCREENS = [
  { name: 'connections', go: async () => {} },
  {
    name: 'connections-by-person',
    go: async (page) => {
      await page.id('group-by').selectOption('person')
      await page.id('group-head').first().waitFor()
    },
  },
  {
    name: 'connections-none-match',
    go: async (page) => {
      await page.id('search').fill('zzz')
      await page.id('clear-filters').waitFor()
    },
  },
  { name: 'connections-empty', query: 'state=empty', go: async (page) => page.id('empty').waitFor() },
  { name: 'connections-locked', query: 'state=locked', go: async (page) => page.id('vault-banner').waitFor() },
  { name: 'connections-10000', query: 'rows=10000', go: async () => {} },
  { name: 'start-error', query: 'state=broken', go: async () => {} },
  { name: 'connection-dead', go: row('c1') },
  { name: 'connection-paused', go: row('c2') },
  { name: 'connection-healthy', go: row('c5') },
  { name: 'connection-estimated', go: row('c6') },
  { name: 'connection-sent', go: row('c10') },
  { name: 'connection-key', go: row('c11') },
  {
    name: 'connection-alias',
    go: async (page) => {
      await row('c5')(page)
      await page.id('alias').click()
      await page.id('edit-value').waitFor()
    },
  },
  {
    name: 'connection-recall',
    go: async (page) => {
      await row('c10')(page)
      await page.id('recall').click()
      await page.id('recall-force').waitFor()
    },
  },
  {
    name: 'removed',
    go: async (page) => {
      await row('c5')(page)
      await page.id('remove').click()
      await page.id('undo').waitFor()
      await page.id('filter-removed').click()
    },
  },
  { name: 'add', go: nav('add') },
  { name: 'paste', query: 'state=empty', go: toPaste },
  {
    name: 'paste-swapped',
    go: async (page) => {
      await toPaste(page)
      await page.id('paste').fill(`b${'2'.repeat(63)} a${'1'.repeat(63)}`)
      await page.id('swap').waitFor()
    },
  },
  {
    name: 'paste-checked',
    go: async (page) => {
      await check(PAIR)(page)
      await page.id('identity').waitFor()
    },
  },
  {
    name: 'paste-not-accepted',
    go: async (page) => {
      await check(REFUSED)(page)
      await page.id('check-again').waitFor()
    },
  },
  {
    name: 'paste-offline',
    go: async (page) => {
      await check(OFFLINE)(page)
      await page.id('check-again').waitFor()
    },
  },
  {
    name: 'paste-kept',
    go: async (page) => {
      await check(PAIR)(page)
      await page.locator('[data-testid=save]:enabled').click()
      await page.id('kept').waitFor()
    },
  },
  {
    name: 'paste-other-person',
    go: async (page) => {
      await row('c5')(page)
      await page.id('replace').click()
      await page.id('paste').fill(PAIR)
      await page.locator('[data-testid=check]:enabled').click()
      await page.id('confirm-other').waitFor()
    },
  },
  {
    name: 'add-key',
    go: async (page) => {
      await nav('add')(page)
      await page.id('provider-static').click()
      await page.id('api-key').waitFor()
    },
  },
  { name: 'servers', go: nav('servers') },
  { name: 'servers-empty', query: 'state=empty', go: nav('servers') },
  { name: 'enrol', go: toEnrol },
  {
    name: 'enrol-words',
    go: async (page) => {
      await card(page)
      await page.id('words').waitFor()
    },
  },
  {
    name: 'enrol-changed',
    query: 'state=changed',
    go: async (page) => {
      await card(page)
      await page.id('card-changed').waitFor()
    },
  },
  {
    name: 'handover',
    go: async (page) => {
      await row('c5')(page)
      await page.id('handover').click()
      await page.id('seal').waitFor()
    },
  },
  {
    name: 'handover-sealed',
    go: async (page) => {
      await row('c5')(page)
      await page.id('handover').click()
      await page.id('seal').click()
      await page.id('sealed').waitFor()
    },
  },
  { name: 'consent-google', go: toConsent('google') },
  {
    name: 'consent-google-new',
    query: 'state=empty',
    go: async (page) => {
      await toConsent('google')(page)
      await page.id('client-text').fill('{"web":{"client_id":"1"}}')
      await page.locator('[role=alert]').waitFor()
    },
  },
  { name: 'consent-feishu-refused', go: toConsent('feishu') },
  {
    name: 'consent-lark-doctor',
    query: 'state=empty',
    go: async (page) => {
      await toConsent('lark')(page)
      await page.id('client-id').fill('cli_a1')
      await page.id('client-secret').fill('secret')
      await page.id('add-app').click()
      await page.id('doctor').waitFor()
      await page.id('doctor-tick').first().check()
    },
  },
  { name: 'consent-highlevel', query: 'state=empty', go: toConsent('highlevel') },
  {
    name: 'consent-oidc-by-hand',
    query: 'state=empty',
    go: async (page) => {
      await toConsent('oidc')(page)
      for (const summary of await page.locator('details > summary').all()) await summary.click()
      await page.id('endpoint-token_endpoint').waitFor()
    },
  },
  {
    name: 'consent-renew',
    go: async (page) => {
      await found('g1', 'gmail')(page)
      await page.id('consent-again').click()
      await page.id('doctor').waitFor()
    },
  },
  {
    name: 'consent-waiting',
    query: 'consent=wait',
    go: async (page) => {
      await asked(page)
      await page.id('landed').fill('https://example.com/')
      await page.id('landed-send').click()
      await page.locator('[role=alert]').waitFor()
      await page.locator('[data-testid=error-pages] summary').click()
      await page.id('error-page').nth(2).check()
    },
  },
  {
    name: 'consent-not-opened',
    query: 'consent=wait&nobrowser',
    go: async (page) => {
      await asked(page)
      await page.id('waiting').waitFor()
    },
  },
  {
    name: 'consent-left',
    query: 'consent=wait',
    go: async (page) => {
      await asked(page)
      await page.id('waiting').waitFor()
      await nav('servers')(page)
      await page.id('consent-bar').waitFor()
    },
  },
  { name: 'consent-kept', go: ended },
  { name: 'consent-missing', query: 'consent=missing', go: ended },
  { name: 'consent-declined', query: 'consent=declined', go: ended },
  { name: 'consent-timeout', query: 'consent=timeout', go: ended },
  { name: 'consent-other-person', query: 'consent=other_person', go: renewed },
  { name: 'consent-confirm', query: 'consent=confirm', go: ended },
  {
    name: 'apps',
    go: async (page) => {
      await nav('apps')(page)
      await page.id('app').first().waitFor()
    },
  },
  {
    name: 'apps-empty',
    query: 'state=empty',
    go: async (page) => {
      await nav('apps')(page)
      await page.id('apps-empty').waitFor()
    },
  },
  {
    name: 'apps-secret',
    go: async (page) => {
      await nav('apps')(page)
      await page.id('app-secret').first().click()
      await page.id('secret-value').waitFor()
    },
  },
  {
    name: 'apps-in-use',
    go: async (page) => {
      await nav('apps')(page)
      await page.id('app-remove').first().click()
      await page.id('app-in-use').waitFor()
    },
  },
  { name: 'connection-consented', go: found('g1', 'gmail') },
  { name: 'connection-consent-dead', go: found('g2', 'marta') },
  { name: 'connection-app-refused', go: found('g3', '飞书') },
  {
    name: 'connection-revoke',
    go: async (page) => {
      await found('g1', 'gmail')(page)
      await page.id('revoke').click()
      await page.id('revoke-yes').click()
      await page.id('revoke-others').waitFor()
    },
  },
  { name: 'settings', query: 'vault=file', go: nav('settings') },
  {
    name: 'guide',
    go: async (page) => {
      await nav('guide')(page)
      await page.locator('article h2').first().waitFor()
    },
  },
]

export const PAIR_TEXT = PAIR
