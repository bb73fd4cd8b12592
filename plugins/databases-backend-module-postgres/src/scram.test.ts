import { scramVerifier } from './scram';

describe('scramVerifier', () => {
  // The example of RFC 7677: user "user", password "pencil". ServerSignature and
  // ClientProof there follow from these two keys.
  it('computes the keys of the RFC', async () => {
    await expect(
      scramVerifier(
        'pencil',
        Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
      ),
    ).resolves.toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
  });

  it('salts anew each time and never holds the password', async () => {
    const [one, two] = [
      await scramVerifier('pencil'),
      await scramVerifier('pencil'),
    ];
    expect(one).not.toBe(two);
    expect(one).not.toContain('pencil');
  });

  it.each(['', 'with space', 'pässword', 'x'.repeat(257), 'a\nb'])(
    'refuses %j',
    async password => {
      await expect(scramVerifier(password)).rejects.toThrow(/printable ASCII/);
    },
  );
});
