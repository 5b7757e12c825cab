import { seconds } from '../../basics/clock.ts'
import { RealmData } from './realm/data.ts'
import { actionPage, form } from './required-action.ts'

const decline = { text: 'Decline', id: 'kc-decline', name: 'cancel', value: '' }

/** The realm's terms. Who declines goes back to the client; when they were accepted is an attribute of the user. */
export const terms = actionPage(
  'TERMS_AND_CONDITIONS',
  {
    heading: 'Terms and Conditions',
    rows: [],
    first: '',
    form: form(undefined, { text: 'Accept', id: 'kc-accept', name: 'accept', value: '' }, { other: decline }),
    begin: () => ({ note: 'Terms and conditions to be defined' }),
  },
  (values, user, { world: { space, documents, clock } }) => {
    if (values[decline.name] !== undefined) return { denied: 'termsAndConditionsDeclined' }
    const realm = new RealmData(space, documents)
    const data = realm.user(user)
    const accepted = [String(seconds(clock.now()))]
    realm.saveUser(user, { ...data, attributes: { ...data.attributes, terms_and_conditions: accepted } })
    return { user }
  },
)
