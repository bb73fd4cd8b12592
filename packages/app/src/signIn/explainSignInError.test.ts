import { explainSignInError } from './explainSignInError';

describe('explainSignInError', () => {
  it.each([
    [
      'NotFoundError: Failed to sign-in, unable to resolve user identity. Please verify that your catalog contains the expected User entities that would match your configured sign-in resolver.',
      'unknown-person',
    ],
    ['PopupRejectedError: Login failed, popup was closed', 'cancelled'],
    ['Failed to open login popup.', 'blocked-popup'],
  ])('recognises "%s"', (message, kind) => {
    expect(explainSignInError(new Error(message))).toEqual({ kind });
  });

  it('keeps the words of what it does not know', () => {
    expect(explainSignInError(new Error('The moon is full'))).toEqual({
      kind: 'other',
      message: 'The moon is full',
    });
  });
});
