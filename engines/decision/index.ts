export * from './instant.ts'
export * from './facts.ts'
