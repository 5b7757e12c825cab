import type { VendorExam } from '../vendor-exam.ts'

/** What its guide has its clients trip over: tokens that die at five minutes whatever the answer said, and a number in the place of a 401. */
export const iokidsExam: VendorExam = {
  profile: ['oauth2'],
  must: ['expires-in-lies', 'refresh-after-401'],
  waive: { 'api-403-no-refresh': '4011 does not say whether the token has ended or the app lacks the permission' },
  rules: [
    {
      id: 'iokids-4011',
      source: 'iOKids, error 4011',
      why: 'An expired token is answered with 4011, “Application does not have permission”, and not always with 401: who looks at the status alone fails five minutes after each sign-in.',
      mend: 'Take `error_code` 4011 as the end of the token: refresh, and repeat the call once.',
      when: { settings: { permission_status: 403 }, expire: 'access' },
      request: { endpoint: 'api', status: 403 },
      followed_by: [
        { endpoint: 'token', grant_type: 'refresh_token' },
        { endpoint: 'api', status: 200 },
      ],
    },
  ],
}
