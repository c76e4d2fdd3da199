import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newSecret, signedHeaders } from './signature.ts'

test('the published example of Standard Webhooks comes out', () => {
  // libraries/go/webhook_test.go of the specification's repository.
  expect(signedHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_p5jXN8AQM9LWM0D4loKWxJek', '2021-02-25T15:02:10.000Z', '{"test": 2432232314}')).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330', 'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('any body is signed by its bytes, with the seconds of the attempt', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.date({ min: new Date(0), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true }), (body, at) => {
    const secret = newSecret()
    const headers = signedHeaders(secret, 'AL1-1', at.toISOString(), body)
    expect(Number(headers['webhook-timestamp'])).toBe(Math.floor(at.getTime() / 1000))
    const mac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    for (const part of ['AL1-1', '.', headers['webhook-timestamp']!, '.']) mac.update(part)
    expect(headers['webhook-signature']).toBe(`v1,${mac.update(Buffer.from(body, 'utf8')).digest('base64')}`)
  }))
})

test('secrets are long enough and never the same', () => {
  const secrets = Array.from({ length: 50 }, newSecret)
  expect(new Set(secrets).size).toBe(50)
  for (const secret of secrets) {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/)
    expect(Buffer.from(secret.slice(6), 'base64').length).toBe(32)
  }
})
