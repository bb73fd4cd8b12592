import { useApi } from '@backstage/frontend-plugin-api';
import { ButtonIcon, Menu, MenuItem, MenuTrigger } from '@backstage/ui';
import { RiMoreLine } from '@remixicon/react';
import {
  canDo,
  type Database,
  type DatabaseOperation,
  type DatabaseOptions,
} from '@slipway/plugin-databases-common';
import { ConfirmByName } from '@slipway/ui';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import { databasesApiRef } from '../api/DatabasesApi';
import { canHandOn, type ChangeQuestion, changesOf } from './changes';
import { CloneDialog } from './CloneDialog';
import { ExtendDialog } from './ExtendDialog';
import { HandOnDialog } from './HandOnDialog';
import { RemovalDialog } from './RemovalDialog';
import { ResizeDialog } from './ResizeDialog';

/** In the address while the database is handed on or extended, so that other pages lead there. */
const DO = 'do';
const HAND_ON = 'hand-on';
const RESIZE = 'resize';
const EXTEND = 'extend';
const CLONE = 'clone';

/** The rarer and the dangerous changes, each asked about first. */
export function ChangesMenu(props: {
  database: Database;
  /** What is under way, or the last that was. */
  operation?: DatabaseOperation;
  /** What is offered, once it is known. */
  options?: DatabaseOptions;
  may: {
    update: boolean;
    retire: boolean;
    clone: boolean;
    remove: boolean;
    handOn: boolean;
    handOnToAny: boolean;
  };
  reasonId?: string;
  onChanged: () => void;
}) {
  const { database, operation, options, may, reasonId, onChanged } = props;
  const sizes = options?.sizes ?? [];
  const approvals = options?.approvals ?? [];
  const api = useApi(databasesApiRef);
  const navigate = useNavigate();
  const [asking, setAsking] = useState<{ what: ChangeQuestion; key: string }>();
  const [params, setParams] = useSearchParams();
  const questions = changesOf(database, operation);
  const isHandOnFit = canHandOn(database, operation);
  const isResizeFit =
    canDo('resize', database.state) &&
    (!operation || Boolean(operation.finishedAt)) &&
    // One at a time: what waits for approval is withdrawn first.
    !database.pendingChange &&
    sizes.some(({ name }) => name !== database.size);
  const isExtendFit =
    canDo('extend', database.state) &&
    (!operation || Boolean(operation.finishedAt)) &&
    database.expiresAt !== undefined;
  const isCloneFit =
    database.backups !== undefined &&
    canDo('backup', database.state) &&
    (!operation || Boolean(operation.finishedAt));
  const [isCloning, setIsCloning] = useState(false);
  const [isResizing, setIsResizing] = useState(false);
  if (questions.length === 0 && !isHandOnFit && !isExtendFit) {
    return null;
  }
  const setDoing = (what?: string) => {
    const next = new URLSearchParams(params);
    if (what) next.set(DO, what);
    else next.delete(DO);
    setParams(next, { replace: true });
  };
  const isHandingOn = isHandOnFit && may.handOn && params.get(DO) === HAND_ON;
  const isExtending = isExtendFit && may.update && params.get(DO) === EXTEND;
  const done = (after: Database) => {
    if (after.state === 'deleted') {
      // There is no page of it any more.
      navigate('/databases');
      return;
    }
    onChanged();
  };
  const isAllowed = ({ change }: ChangeQuestion) => {
    if (change === 'delete') return may.remove;
    return change === 'revoke-logins' ? may.retire : may.update;
  };

  return (
    <>
      <MenuTrigger>
        <ButtonIcon
          icon={<RiMoreLine />}
          variant="secondary"
          aria-label="More actions"
          isDisabled={
            !questions.some(isAllowed) && !(isHandOnFit && may.handOn)
          }
          aria-describedby={reasonId}
        />
        <Menu
          disabledKeys={[
            ...questions
              .filter(question => question.obstacle || !isAllowed(question))
              .map(({ change }) => change),
            ...(may.handOn ? [] : [HAND_ON]),
            ...(may.update ? [] : [RESIZE, EXTEND]),
            ...(may.clone && options ? [] : [CLONE]),
          ]}
          onAction={change => {
            if (change === HAND_ON) setDoing(HAND_ON);
            if (change === EXTEND) setDoing(EXTEND);
            if (change === RESIZE) setIsResizing(true);
            if (change === CLONE) setIsCloning(true);
            const what = questions.find(question => question.change === change);
            if (what) {
              setAsking({ what, key: crypto.randomUUID() });
            }
          }}
        >
          {isResizeFit && (
            <MenuItem id={RESIZE} textValue="Change size">
              Change size…
            </MenuItem>
          )}
          {isCloneFit && (
            <MenuItem id={CLONE} textValue="Clone">
              Clone…
            </MenuItem>
          )}
          {isExtendFit && (
            <MenuItem id={EXTEND} textValue="Extend">
              Extend…
            </MenuItem>
          )}
          {isHandOnFit && (
            <MenuItem id={HAND_ON} textValue="Hand on">
              Hand on…
            </MenuItem>
          )}
          {questions.map(question => (
            <MenuItem
              key={question.change}
              id={question.change}
              color={
                ['delete', 'revoke-logins'].includes(question.change)
                  ? 'danger'
                  : undefined
              }
              textValue={question.action}
            >
              {question.obstacle
                ? `${question.action} – ${question.obstacle}`
                : question.action}
            </MenuItem>
          ))}
        </Menu>
      </MenuTrigger>
      {isResizing && (
        <ResizeDialog
          database={database}
          sizes={sizes}
          approvals={approvals}
          onClose={() => setIsResizing(false)}
          onChanged={onChanged}
        />
      )}
      {isCloning && options && (
        <CloneDialog
          database={database}
          options={options}
          onClose={() => setIsCloning(false)}
        />
      )}
      {isExtending && (
        <ExtendDialog
          database={database}
          rule={options?.expiry?.find(
            ({ environment }) => environment === database.environment,
          )}
          onClose={() => setDoing()}
          onChanged={onChanged}
        />
      )}
      {isHandingOn && (
        <HandOnDialog
          database={database}
          isAny={may.handOnToAny}
          onClose={() => setDoing()}
          onChanged={onChanged}
        />
      )}
      {asking && isRemoval(asking.what) && (
        <RemovalDialog
          database={database}
          question={asking.what}
          onClose={() => setAsking(undefined)}
          onChanged={done}
        />
      )}
      {asking && !isRemoval(asking.what) && (
        <ConfirmByName
          isOpen
          onClose={() => setAsking(undefined)}
          title={asking.what.title}
          action={asking.what.action}
          onConfirm={async () => {
            const { database: after } = await api.change(
              database.id,
              asking.what.change,
              asking.key,
            );
            done(after);
          }}
        >
          {asking.what.consequence}
        </ConfirmByName>
      )}
    </>
  );
}

/** What takes the database from those who use it. */
function isRemoval({ change }: ChangeQuestion): boolean {
  return change === 'delete' || change === 'suspend';
}
