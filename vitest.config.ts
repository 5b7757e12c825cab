import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // A test owns its world and changes nothing that others see: to load the modules anew for each file would take a third of the time.
    isolate: false,
    // Half of the time a test waits, for a browser or a process: a worker for each of two cores.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
