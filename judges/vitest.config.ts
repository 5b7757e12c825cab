import { defineConfig } from 'vitest/config'
import suite from '../vitest.config.ts'

/** As the suite's, but each test is named, and one that is skipped with its reason. */
export default defineConfig({ test: { ...suite.test, include: ['**/*.test.ts'], reporters: ['verbose'] } })
