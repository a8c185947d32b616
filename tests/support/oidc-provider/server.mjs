// An authorization server for tests: npm's oidc-provider on loopback, with people, pages to click and a log of events.
//
// The first line of stdin is the configuration (see settings.mjs). Stdout has one JSON object per line: first
// {"event":"ready","issuer":…}, then what events.mjs tells. The server ends when its stdin does, so it cannot outlive
// the test that started it. No line holds a token, a code or a secret.
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'

// The library talks on the console; stdout is for our lines alone.
console.log = console.info = console.warn = console.error

const { default: Provider } = await import('oidc-provider')
const { tellEvents } = await import('./events.mjs')
const { interactions } = await import('./interactions.mjs')
const { googleManner } = await import('./google.mjs')
const { settings } = await import('./settings.mjs')

const HOST = '127.0.0.1'

const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)
// Nobody reads any more.
process.stdout.on('error', () => process.exit(0))

const lines = createInterface({ input: process.stdin })
lines.on('close', () => process.exit(0))
lines.once('line', (line) => serve(JSON.parse(line)))

function serve(config) {
  const server = createServer()
  server.listen(0, HOST, () => {
    const { port } = server.address()
    const issuer = `http://${HOST}:${port}`
    const google = config.google ? googleManner() : undefined
    const provider = new Provider(issuer, { ...settings(config, port), ...google?.settings })
    google?.accompany(provider)
    tellEvents(provider, tell)
    const people = interactions(provider, config)
    const everythingElse = provider.callback()
    server.on('request', (request, response) => {
      if (request.url.startsWith('/interaction/')) people(request, response).catch((error) => fail(response, error))
      else everythingElse(request, response)
    })
    tell({ event: 'ready', issuer })
  })
}

function fail(response, error) {
  tell({ event: 'fault', why: error.stack })
  response.destroy()
}
