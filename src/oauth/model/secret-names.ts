/** Names whose values are secrets, wherever they stand: parameters, JSON members, headers. Vendors spell them in many ways. */
const secretNames =
  /secret|passw(or)?d|^(pwd|passphrase)$|assertion$|code_?verifier|credential|api[-_]?key|^(proxy-)?authorization$|cookie|^session|tokens?$|token_hint$|(^|_)otp$|device_code$|auth_req_id$/i

/** Also the name of a vendor's error number, so only text under it is a secret. */
const codeName = /^code$/i

/** Whether what stands under this name is a secret, or a part of it. */
export function isSecretName(name: string): boolean {
  return secretNames.test(name)
}

/** Whether a text under this name is an authorization code. */
export function isCodeName(name: string): boolean {
  return codeName.test(name)
}
