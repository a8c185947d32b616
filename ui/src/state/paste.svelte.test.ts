import { beforeEach, describe, expect, it } from 'vitest'
import type { PasteCheck } from '../bindings/PasteCheck'
import { Refusal, type Host, type KeepRequest, type PasteRequest } from '../host/types'
import { connection } from './fixture'
import { PasteDesk } from './paste.svelte'

const ALIVE: PasteCheck = {
  access: 'alive',
  identity: { name: 'Olga', email: 'olga@x.example', organisations: ['Northwind'] },
  kept_by: null,
  other_person: null,
  problem: null,
  detail: null,
}

let checked: PasteRequest[]
let kept: KeepRequest[]
let answer: () => PasteCheck
let host: Host

beforeEach(() => {
  checked = []
  kept = []
  answer = () => ALIVE
  host = {
    pasteLook: async () => ({ found: 'pair', access_present: true, refresh_present: true, problem: null, environment: null }),
    pasteCheck: async (request: PasteRequest) => {
      checked.push(request)
      return answer()
    },
    pasteKeep: async (keep: KeepRequest) => {
      kept.push(keep)
      return connection({ label: keep.label })
    },
    environment: async () => ({ env: 'sandbox', base_url: 'https://sandbox-api.huntflow.dev' }),
  } as unknown as Host
})

async function pasted(replaces: ReturnType<typeof connection> | null = null) {
  const desk = new PasteDesk(host, false, replaces)
  desk.fields.text = 'AAA BBB'
  await desk.look()
  return desk
}

describe('the paste desk', () => {
  it('empties the fields at the moment of sending', async () => {
    const desk = await pasted()
    const sent = desk.send()
    expect(desk.fields).toEqual({ text: '', access: '', refresh: '', apiKey: '' })
    await sent
    expect(checked[0]?.text).toBe('AAA BBB')
    expect(desk.stage).toBe('checked')
    expect(desk.label).toBe('Northwind')
  })

  it('sends the held text again after a refusal, without another paste', async () => {
    answer = () => {
      throw new Refusal({ code: 'offline', params: {}, detail: null })
    }
    const desk = await pasted()
    await desk.send()
    expect(desk.stage).toBe('refused')
    expect(desk.refusal?.code).toBe('offline')
    answer = () => ALIVE
    await desk.sendAgain()
    expect(checked.map(({ text }) => text)).toEqual(['AAA BBB', 'AAA BBB'])
    expect(desk.stage).toBe('checked')
  })

  it('forgets the text when it is kept and when the person leaves', async () => {
    const desk = await pasted()
    await desk.send()
    await desk.keep()
    expect(kept[0]?.request.text).toBe('AAA BBB')
    await desk.sendAgain()
    expect(checked.length).toBe(1)

    const left = await pasted()
    await left.send()
    left.forget()
    expect(await left.keep()).toBeNull()
    expect(kept.length).toBe(1)
  })

  it('does not let an answer arrive after the person left', async () => {
    const desk = await pasted()
    const sent = desk.send()
    desk.forget()
    await sent
    expect(desk.check).toBeNull()
  })

  it('replaces another person\'s pair only when confirmed', async () => {
    answer = () => ({ ...ALIVE, other_person: { name: 'Anna', email: null, organisations: [] } })
    const desk = await pasted(connection({ label: 'Acme' }))
    await desk.send()
    expect(desk.canKeep).toBe(false)
    desk.otherPersonConfirmed = true
    expect(desk.canKeep).toBe(true)
    await desk.keep()
    expect(kept[0]?.confirmedOtherPerson).toBe(true)
  })

  it('does not keep what is kept already or not accepted', async () => {
    for (const bad of [{ kept_by: 'Acme' }, { access: 'not_accepted' }]) {
      answer = () => ({ ...ALIVE, ...bad })
      const desk = await pasted()
      await desk.send()
      expect(desk.canKeep).toBe(false)
    }
  })

  it('checks again when the environment changes after a check', async () => {
    const desk = await pasted()
    await desk.send()
    desk.address = 'https://sandbox.huntflow.dev'
    await desk.readAddress()
    expect(desk.environment.base_url).toBe('https://sandbox-api.huntflow.dev')
    expect(checked.length).toBe(2)
  })

  it('swaps two fields, or two tokens in one text', async () => {
    const desk = new PasteDesk(host, false, null)
    desk.fields.access = 'R'
    desk.fields.refresh = 'A'
    await desk.swap()
    expect([desk.fields.access, desk.fields.refresh]).toEqual(['A', 'R'])
    desk.fields = { text: `access_token: ${'r'.repeat(64)} refresh_token: ${'a'.repeat(64)}`, access: '', refresh: '', apiKey: '' }
    await desk.swap()
    expect([desk.fields.access, desk.fields.refresh, desk.fields.text]).toEqual(['a'.repeat(64), 'r'.repeat(64), ''])
  })
})
