/** Parts of the runtime that serve the outward side and that no desk needs. */
import { openActionDesk, type ActionDesk } from '../runtime/actions/actions.ts'
import { openCredentialBook, type CredentialBook } from '../runtime/credentials/book.ts'
import { openFileStore, type FileStore } from '../runtime/files/store.ts'
import { openLedger, type Ledger } from '../runtime/ledger/ledger.ts'
import { openSequencer, type Sequencer } from '../runtime/ledger/sequencer.ts'
import { openMessageBox, type MessageBox } from '../runtime/messages/messages.ts'
import type { Platform } from '../runtime/platform.ts'
import { openDeliveryWorker, type DeliveryWorker } from '../runtime/webhooks/delivery.ts'
import { openFanOut, type FanOut } from '../runtime/webhooks/fan-out.ts'
import { openOutward } from '../runtime/webhooks/outward.ts'
import { openWebhookBook, type WebhookBook } from '../runtime/webhooks/webhooks.ts'
import { openWhy, type WhyDesk } from '../runtime/why/why.ts'

export interface Parts {
  readonly actions: ActionDesk
  readonly credentials: CredentialBook
  readonly messages: MessageBox
  readonly webhooks: WebhookBook
  readonly fanOut: FanOut
  readonly deliveries: DeliveryWorker
  readonly files: FileStore
  readonly ledger: Ledger
  readonly sequencer: Sequencer
  readonly why: WhyDesk
}

export interface PartOptions {
  /** Webhooks may lead to loopback and private networks. */
  readonly allowPrivateWebhooks: boolean
}

export function openParts(platform: Platform, options: PartOptions): Parts {
  const { db, city, vault, credentials, log, dataDir } = platform
  const outward = openOutward({ allowPrivate: options.allowPrivateWebhooks })
  const ledger = openLedger({ db })
  return {
    actions: openActionDesk(platform.surroundings),
    credentials: openCredentialBook({ city, db, vault, credentials }),
    messages: openMessageBox({ db }),
    webhooks: openWebhookBook({ db, vault, outward }),
    fanOut: openFanOut({ db }),
    deliveries: openDeliveryWorker({ db, vault, outward, log }),
    files: openFileStore({ db, vault, dataDir }),
    ledger,
    sequencer: openSequencer({ db }),
    why: openWhy({ db, city, ledger }),
  }
}
