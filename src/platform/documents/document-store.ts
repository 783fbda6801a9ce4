import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DocumentDamaged, DocumentMissing, type Documents } from '../../commands/ports.ts';
import { documentWriter } from './document-writer.ts';
import { documentItems } from './items.ts';
import { documentOpener, isWhatItsKeySays } from './opening.ts';
import { recentDocuments } from './recent.ts';

/** Where documents are that the table does not have: those of earlier days, and those that no item can hold. */
export interface DocumentArchive {
  get(key: string): Promise<string | undefined>;
  putWhole(key: string, content: string): Promise<void>;
}

/** `DocumentsTable`, with the archive behind it. Every document that is read is checked against the hash in its key. */
export function documentStore(client: DynamoDBDocumentClient, tableName: string, archive: DocumentArchive): Documents {
  const items = documentItems(client, tableName);
  const recent = recentDocuments();
  const find = async (key: string) => (await items.get(key)) ?? (await archive.get(key));

  /** The archive has each document whole, whatever became of its item or of what that rests on. */
  async function archived(key: string, trouble: unknown): Promise<string> {
    if (!(trouble instanceof DocumentDamaged || trouble instanceof DocumentMissing)) throw trouble;
    const content = await archive.get(key);
    if (content === undefined || !isWhatItsKeySays(key, content)) throw trouble;
    return content;
  }

  return {
    ...documentWriter(client, tableName, { recent, putWhole: archive.putWhole }),
    async get(key) {
      try {
        const document = await documentOpener(find)(key);
        recent.remember(document);
        return document.content;
      } catch (error) {
        return archived(key, error);
      }
    },
  };
}
