/** One record of the demo data. */
export type Item = Readonly<Record<string, string | number | boolean | null>>

const cities = ['Austin', 'Boston', 'Chicago', 'Denver', 'Miami', 'Seattle']
const streets = ['Oak Street', 'Maple Avenue', 'Cedar Lane', 'Pine Road', 'Elm Drive']
const statuses = ['Active', 'Pending', 'Closed']
const types = ['Residential', 'Residential Lease', 'Land']

/** The same at every start, in the names of the RESO data dictionary. */
const properties: readonly Item[] = Array.from({ length: 120 }, (_, index) => {
  const number = index + 1
  return {
    ListingKey: `P${String(1000 + number)}`,
    ListingId: `ML-${String(number).padStart(5, '0')}`,
    StandardStatus: statuses[index % statuses.length] ?? null,
    PropertyType: types[index % types.length] ?? null,
    ListPrice: 150_000 + ((index * 37) % 100) * 7500,
    BedroomsTotal: 1 + (index % 5),
    BathroomsTotalInteger: 1 + (index % 3),
    LivingArea: index % 3 === 2 ? null : 600 + ((index * 53) % 90) * 25,
    UnparsedAddress: `${100 + number} ${streets[index % streets.length]}`,
    City: cities[index % cities.length] ?? null,
    PoolPrivateYN: index % 4 === 0,
    ListAgentKey: `M${1 + (index % 12)}`,
    ModificationTimestamp: new Date(Date.UTC(2024, 0, 1 + index, 12)).toISOString(),
  }
})

const members: readonly Item[] = Array.from({ length: 12 }, (_, index) => ({
  MemberKey: `M${index + 1}`,
  MemberFirstName: ['Ann', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn'][index % 6] ?? null,
  MemberLastName: ['Archer', "O'Brien", 'Castle', 'Dunn'][index % 4] ?? null,
  MemberEmail: `agent${index + 1}@example.com`,
  OfficeKey: `O${1 + (index % 3)}`,
}))

const offices: readonly Item[] = ['Lakeside Realty', 'Hilltop Homes', 'Harbor Estates'].map((OfficeName, index) => ({
  OfficeKey: `O${index + 1}`,
  OfficeName,
  OfficeCity: cities[index] ?? null,
}))

/** The resources of the data API by name. */
export const resources: ReadonlyMap<string, readonly Item[]> = new Map([
  ['Property', properties],
  ['Member', members],
  ['Office', offices],
  ['OpenHouse', []],
  ['PropertyRooms', []],
  ['Media', []],
])
