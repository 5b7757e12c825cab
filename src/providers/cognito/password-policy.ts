/** What a pool asks of passwords. */
export interface PasswordPolicy {
  MinimumLength: number
  RequireUppercase: boolean
  RequireLowercase: boolean
  RequireNumbers: boolean
  RequireSymbols: boolean
  TemporaryPasswordValidityDays: number
}

export const defaultPasswordPolicy: PasswordPolicy = {
  MinimumLength: 8,
  RequireUppercase: true,
  RequireLowercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
  TemporaryPasswordValidityDays: 7,
}

/** What a password lacks, in the vendor's words; undefined when it may be. */
export function passwordProblem(password: string, policy: PasswordPolicy): string | undefined {
  const lacks: readonly (readonly [boolean, RegExp, string])[] = [
    [policy.RequireLowercase, /[a-z]/, 'lowercase'],
    [policy.RequireUppercase, /[A-Z]/, 'uppercase'],
    [policy.RequireNumbers, /\d/, 'numeric'],
    [policy.RequireSymbols, /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/, 'symbol'],
  ]
  if (password.length < policy.MinimumLength) return said('Password not long enough')
  const lacking = lacks.find(([asked, has]) => asked && !has.test(password))
  return lacking && said(`Password must have ${lacking[2]} characters`)
}

function said(what: string): string {
  return `Password did not conform with policy: ${what}`
}
