// The demonstration bundle, served with the product's own strict policy, in Debian's Chromium.
import { createReadStream, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const dist = join(dirname(fileURLToPath(import.meta.url)), 'dist')
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'"
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function open() {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://x').pathname)
    const file = join(dist, path === '/' ? 'index.html' : path)
    if (path === '/favicon.ico') return response.writeHead(204).end()
    if (!file.startsWith(dist) || !existsSync(file)) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': POLICY })
    createReadStream(file).pipe(response)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const address = `http://127.0.0.1:${server.address().port}/`
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS })
  const faults = []

  /** A fresh window on the demonstration; whatever it writes to its console as an error is a fault. */
  async function window(query = '', size = { width: 1180, height: 760 }) {
    const context = await browser.newContext({ viewport: size, permissions: ['clipboard-read', 'clipboard-write'] })
    const page = await context.newPage()
    const say = (text) => faults.push(`${query}: ${text}`)
    page.on('console', (message) => message.type() === 'error' && say(message.text()))
    page.on('pageerror', (error) => say(error.message))
    page.setDefaultTimeout(8000)
    await page.goto(`${address}?${query}`)
    await page.waitForSelector('html[data-ready=true]')
    page.id = (name) => page.locator(`[data-testid="${name}"]`)
    return page
  }

  async function close() {
    await browser.close()
    server.close()
  }
  return { window, close, faults }
}
