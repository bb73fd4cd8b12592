/**
 * Backups of databases in S3 and storage that speaks as it does.
 *
 * @packageDocumentation
 */
export { databasesModuleS3Backups as default } from './module';
export { S3BackupStore } from './S3BackupStore';
export { createClient } from './createClient';
export { readS3BackupsConfig, type S3BackupsConfig } from './config';
