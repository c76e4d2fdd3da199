/**
 * Papers asked for at a window although they need not be brought. The resolution of the moment of the request decides:
 * a source that was down then excuses the request, unless the matter accepts and checks later.
 */
import type { By, Resolution } from './resolve.ts'

/** Somebody at a window asked the applicant for a paper. */
export interface PaperRequest {
  readonly material: string
  readonly by: string
  readonly at: string
}

export interface AvoidableRequest extends PaperRequest {
  /** `not-listed`: this case does not need the material at all. */
  readonly why: 'available-otherwise' | 'not-listed'
  /** How the material is, or could be, had instead. */
  readonly instead: { readonly by: By; readonly key: string } | null
}

export function avoidableRequests(resolution: Resolution, requests: readonly PaperRequest[]): AvoidableRequest[] {
  const states = new Map(resolution.materials.map((state) => [state.id, state]))
  return requests.flatMap((request): AvoidableRequest[] => {
    const state = states.get(request.material)
    if (!state) return [{ ...request, why: 'not-listed', instead: null }]
    if (state.by === 'upload') return []
    return [{ ...request, why: 'available-otherwise', instead: { by: state.by, key: state.key } }]
  })
}
