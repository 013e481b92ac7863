// OpenMeter's SDK and the CloudEvents SDK, as their users call them. Arguments: the API's address, an API key, and a text that no other run uses.
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { OpenMeter, isHTTPError } from '@openmeter/sdk'
import { OpenMeter as PortalClient } from '@openmeter/sdk/portal'
import { CloudEvent, HTTP } from 'cloudevents'

const [baseUrl, apiKey, run] = process.argv.slice(2)
const openmeter = new OpenMeter({ baseUrl, apiKey })
const type = `prompt-${run}`, acme = `acme-${run}`, globex = `globex-${run}`, slug = `tokens_${run}`
const noon = new Date('2026-03-01T12:00:00Z'), one = new Date('2026-03-01T13:00:00Z'), two = new Date('2026-03-01T14:00:00Z')

async function eventually(what, ask, isRight) {
  const deadline = Date.now() + 60_000
  for (;;) {
    const answer = await ask()
    if (isRight(answer)) return answer
    assert.ok(Date.now() < deadline, `Still not: ${what}. Last seen: ${JSON.stringify(answer)}`)
    await delay(100)
  }
}

async function refusal(call, status) {
  const error = await call.then(answer => assert.fail(`Not refused: ${JSON.stringify(answer)}`), failure => failure)
  // Its fields are read only where the content type is exactly application/problem+json.
  assert.ok(isHTTPError(error), String(error))
  assert.equal(error.status, status)
  assert.equal(error.type, 'about:blank')
  assert.equal(error.getField('status'), status)
  assert.ok(error.message.includes(error.getField('detail')))
  return error
}

const fieldsOf = error => error.getField('extensions').validationErrors.map(({ field }) => field)
const values = usage => usage.data.map(row => row.value)
const event = (id, subject, tokens, model, time) => ({ id, source: run, type, subject, time, data: { tokens, model } })

async function meters() {
  const created = await openmeter.meters.create({
    slug, name: 'Tokens', description: 'By model', eventType: type, aggregation: 'SUM', valueProperty: '$.tokens', groupBy: { model: '$.model' }, metadata: { team: 'a' },
  })
  assert.equal(created.slug, slug)
  assert.ok(created.createdAt instanceof Date)
  assert.deepEqual(await openmeter.meters.get(slug), created)
  assert.deepEqual(await openmeter.meters.get(created.id), created)
  assert.ok((await openmeter.meters.list()).some(({ id }) => id === created.id))

  const taken = await refusal(openmeter.meters.create({ slug, eventType: type, aggregation: 'COUNT' }), 409)
  assert.equal(taken.getField('extensions').conflictingEntityId, created.id)
  const wrong = await refusal(openmeter.meters.create({ slug: 'No slug', eventType: type, aggregation: 'SUM' }), 400)
  assert.deepEqual(fieldsOf(wrong).sort(), ['slug', 'valueProperty'])
  assert.equal((await refusal(openmeter.meters.get('missing'), 404)).title, 'Not Found')
  await refusal(new OpenMeter({ baseUrl, apiKey: 'wrong' }).meters.list(), 401)

  const updated = await openmeter.meters.update(slug, { name: 'All tokens', groupBy: { model: '$.model' }, metadata: { team: 'b' } })
  assert.equal(updated.name, 'All tokens')
  assert.deepEqual(updated.metadata, { team: 'b' })
}

async function ingest() {
  await openmeter.events.ingest(event('1', acme, 1, 'small', noon))
  await openmeter.events.ingest([event('2', acme, 20, 'large', noon), event('3', globex, 300, 'large', one)])
  // Again, with the same ids: nothing changes.
  await openmeter.events.ingest([event('1', acme, 1, 'small', noon), event('2', acme, 20, 'large', noon)])
  // Id, source and time are the SDK's own.
  await openmeter.events.ingest({ type: `other-${run}`, subject: acme, data: {} })
  const wrong = await refusal(openmeter.events.ingest([event('4', acme, 1, 'small', noon), event('5', '', 1, 'small', noon)]), 400)
  assert.deepEqual(fieldsOf(wrong), ['[1].subject'])
}

async function cloudEvents() {
  const post = async message => {
    const answer = await fetch(`${baseUrl}/api/v1/events`, { method: 'POST', headers: { ...message.headers, Authorization: `Bearer ${apiKey}` }, body: message.body })
    assert.equal(answer.status, 204, await answer.text())
  }
  const sent = id => new CloudEvent({ ...event(id, globex, 4_000, 'small', two.toISOString()), traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' })
  await post(HTTP.structured(sent('structured')))
  await post(HTTP.binary(sent('binary')))
  await post({ headers: { 'Content-Type': 'application/cloudevents-batch+json' }, body: JSON.stringify([sent('batch'), sent('binary')]) })
}

async function query() {
  await eventually('every event counted', () => openmeter.meters.query(slug), usage => values(usage)[0] === 12_321)

  const all = await openmeter.meters.query(slug, {
    clientId: 'sdk', from: noon, to: two, windowSize: 'HOUR', windowTimeZone: 'America/St_Johns', subject: [acme, globex], filterGroupBy: { model: 'large' },
    advancedMeterGroupByFilters: JSON.stringify({ model: { $in: ['large', 'small'] } }), groupBy: ['model'],
  })
  assert.deepEqual(values(all), [20, 300])
  assert.deepEqual(all.data.map(row => row.subject), [acme, globex])
  assert.deepEqual(all.data.map(row => row.groupBy), [{ model: 'large' }, { model: 'large' }])
  // St. John's is half an hour off: its hours begin at half past.
  assert.deepEqual(all.data[0].windowStart, new Date('2026-03-01T11:30:00Z'))
  assert.deepEqual([all.from, all.to, all.windowSize], [noon, two, 'HOUR'])
  const posted = await openmeter.meters.queryPost(slug, {
    from: noon, to: two, windowSize: 'HOUR', windowTimeZone: 'America/St_Johns', subject: [acme, globex], filterGroupBy: { model: ['large'] },
    advancedMeterGroupByFilters: { model: { $in: ['large', 'small'] } }, groupBy: ['model'],
  })
  assert.deepEqual(posted, all)
  assert.deepEqual(values(await openmeter.meters.query(slug, { windowSize: 'DAY' })), [12_321])
  assert.deepEqual(values(await openmeter.meters.query(slug, { windowSize: 'MINUTE' })), [21, 300, 12_000])
  assert.deepEqual(fieldsOf(await refusal(openmeter.meters.query(slug, { from: two, to: noon, groupBy: ['nothing'] }), 400)).sort(), ['from', 'groupBy'])
  assert.deepEqual(await openmeter.meters.listGroupByValues(slug, 'model'), ['large', 'small'])
}

async function events() {
  const listed = await openmeter.events.list({ subject: acme, limit: 10, from: noon, to: one })
  assert.deepEqual(listed.map(stored => stored.event.id).sort(), ['1', '2'])
  assert.ok(listed[0].ingestedAt instanceof Date)
  const page = await openmeter.events.listV2({ limit: 1, filter: JSON.stringify({ subject: { $eq: globex } }) })
  assert.equal(page.items[0].event.subject, globex)
  assert.equal(page.items[0].event.traceparent, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
  assert.ok(page.nextCursor)
}

async function subjects() {
  const [made] = await openmeter.subjects.upsert({ key: acme, displayName: 'Acme', metadata: { tier: 'gold' } })
  assert.equal(made.displayName, 'Acme')
  assert.equal((await openmeter.subjects.get(acme)).key, acme)
  assert.ok((await openmeter.subjects.list()).some(({ key }) => key === acme))
  await openmeter.subjects.delete(acme)
  await refusal(openmeter.subjects.get(acme), 404)
}

async function customers() {
  const customer = await openmeter.customers.create({
    key: `customer-${run}`, name: 'Acme', currency: 'EUR', primaryEmail: 'billing@acme.example', usageAttribution: { subjectKeys: [acme] },
  })
  assert.equal((await openmeter.customers.get(customer.key)).id, customer.id)
  assert.ok((await openmeter.customers.list({ pageSize: 1000 })).items.some(({ id }) => id === customer.id))
  const taken = await refusal(openmeter.customers.create({ name: 'Another', usageAttribution: { subjectKeys: [acme] } }), 409)
  assert.equal(taken.getField('extensions').conflictingEntityId, customer.id)
  const usage = await openmeter.meters.query(slug, { filterCustomerId: [customer.id], groupBy: ['customer_id'] })
  assert.deepEqual(usage.data.map(row => [row.customerId, row.value]), [[customer.id, 21]])
  const renamed = await openmeter.customers.update(customer.id, { key: customer.key, name: 'Acme Inc.', usageAttribution: { subjectKeys: [acme] } })
  assert.equal(renamed.name, 'Acme Inc.')
  await openmeter.customers.delete(customer.id)
}

async function portal() {
  const made = await openmeter.portal.create({ subject: acme, allowedMeterSlugs: [slug] })
  assert.ok(made.expiresAt > new Date())
  assert.equal(made.expired, false)
  assert.ok((await openmeter.portal.list({ limit: 25 })).some(({ id, token }) => id === made.id && token === undefined))
  const browser = new PortalClient({ baseUrl, portalToken: made.token })
  const usage = await browser.query(slug, { clientId: 'browser', from: noon, to: two, windowSize: 'HOUR', groupBy: ['model'] })
  assert.deepEqual(usage.data.map(row => [row.subject, row.groupBy.model, row.value]), [[acme, 'large', 20], [acme, 'small', 1]])
  await refusal(browser.query('another', {}), 404)
  await openmeter.portal.invalidate({ id: made.id })
  await refusal(browser.query(slug, {}), 401)
}

async function end() {
  await openmeter.meters.delete(slug)
  await refusal(openmeter.meters.get(slug), 404)
}

for (const step of [meters, ingest, cloudEvents, query, events, subjects, customers, portal, end]) {
  console.log(step.name)
  await step()
}
