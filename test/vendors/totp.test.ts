import { expect, test } from 'vitest'
import { base32, isTotp, totp } from '../../src/providers/totp.ts'

const secret = base32(Buffer.from('12345678901234567890'))

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
])('the code of second %i is that of RFC 6238 appendix B', (second, code) => {
  expect(secret).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  expect(totp(secret, second * 1000)).toBe(code)
  expect(isTotp(code, secret, (second + 30) * 1000)).toBe(true)
  expect(isTotp(code, secret, (second + 90) * 1000)).toBe(false)
})
