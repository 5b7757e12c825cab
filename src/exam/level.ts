/** How much a rule weighs: RFCs and best practice ask for it, recommend it, or it is good to know. */
export const levels = ['must', 'should', 'hint'] as const

/** One of {@link levels}. */
export type Level = (typeof levels)[number]
