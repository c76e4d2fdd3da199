/** Steps that wait for each other: order, critical path, parallel due dates, what a refusal stops. */
export type { GraphError, OrderResult, Step } from './graph.ts'
export { dependantsOf, topologicalOrder } from './graph.ts'
export type { Plan, PlanError, StepPlan, TimedStep } from './plan.ts'
export { planSteps } from './plan.ts'
export type { AfterRefusal, RefusalPolicy, Stage } from './refusal.ts'
export { afterRefusal, readySteps } from './refusal.ts'
export type { AddUnits, Progress, Schedule, StepDates } from './schedule.ts'
export { scheduleSteps } from './schedule.ts'
