/* SPDX-License-Identifier: 0BSD */
/* embedding: the row of the table of each word; of one that is not there, zeros. */
static void
embedding (const embedding_shape *s, const int32_t *x, const float *table, float *y)
{
  for (int i = 0; i < s->n * s->width; i++)
    {
      const int32_t word = x[i / s->width];

      y[i] = word < 0 || word >= s->words ? 0 : table[word * s->width + i % s->width];
    }
}

/* attention: y[t][heads d] = softmax (q k' / sqrt d) v; what `hidden` marks is not heard. */
static void
attention (const attention_shape *s, const float *qx, const float *kx, const float *vx,
           const int32_t *hidden, float *y, float *share)
{
  for (int i = 0; i < s->heads * s->t; i++)
    {
      const int head = i / s->t, row = i % s->t;
      const float *q = qx + s->q + row * s->q_row + head * s->d;
      float most = -INFINITY, sum = 0;

      for (int j = 0; j < s->m; j++)
        {
          const float *k = kx + s->k + j * s->k_row + head * s->d;

          share[j] = 0;
          for (int c = 0; c < s->d; c++)
            share[j] += q[c] * k[c];
          share[j] /= sqrtf ((float) s->d);
          if ((s->causal && j > row) || (hidden != NULL && hidden[j] == s->word))
            share[j] = -INFINITY;
          most = share[j] > most ? share[j] : most;
        }
      for (int j = 0; j < s->m; j++)
        {
          share[j] = most > -INFINITY ? expf (share[j] - most) : 0;
          sum += share[j];
        }
      for (int c = 0; c < s->d; c++)
        {
          float *to = y + row * s->heads * s->d + head * s->d + c;

          *to = 0;
          for (int j = 0; j < s->m; j++)
            *to += share[j] * vx[s->v + j * s->k_row + head * s->d + c];
          *to = sum > 0 ? *to / sum : 0;
        }
    }
}

/* recurrent_gate: what a gate of unit i gets from the moment before. */
static float
recurrent_gate (const recurrent_shape *s, const float *weight, const float *bias, const float *y,
                int gate)
{
  float sum = bias != NULL ? bias[gate] : 0;

  for (int j = 0; j < s->p; j++)
    sum += weight[gate * s->p + j] * y[j];
  return sum;
}

/* recurrent_say: the units of a moment, or their projection, as the new y. */
static void
recurrent_say (const recurrent_shape *s, const float *projection, const float *units, float *y)
{
  for (int i = 0; i < s->p; i++)
    {
      y[i] = projection != NULL ? 0 : units[i];
      for (int k = 0; k < s->h && projection != NULL; k++)
        y[i] += projection[i * s->h + k] * units[k];
    }
}

/* recurrent_begin: what was heard and held before the first moment; 0 where nothing is given. */
static void
recurrent_begin (const recurrent_shape *s, const float *h0, const float *c0, float *state)
{
  for (int i = 0; i < s->p; i++)
    state[i] = h0 != NULL ? h0[i] : 0;
  for (int i = 0; i < s->h; i++)
    state[s->p + i] = c0 != NULL ? c0[i] : 0;
}

/* recurrent_tanh: h = tanh (gates + weight h + bias). */
static void
recurrent_tanh (const recurrent_shape *s, const float *gates, const float *weight,
                const float *bias, const float *h0, const float *c0, const float *projection,
                float *y, float *state)
{
  float *heard = state, *units = state + s->p + s->h;

  recurrent_begin (s, h0, c0, state);
  for (int step = 0; step < s->t; step++)
    {
      const int t = s->reverse ? s->t - 1 - step : step;

      for (int i = 0; i < s->h; i++)
        units[i] = tanhf (gates[t * s->g + i] + recurrent_gate (s, weight, bias, heard, i));
      recurrent_say (s, projection, units, heard);
      for (int i = 0; i < s->p; i++)
        y[t * s->p + i] = heard[i];
    }
}

/* recurrent_relu: h = max (gates + weight h + bias, 0). */
static void
recurrent_relu (const recurrent_shape *s, const float *gates, const float *weight,
                const float *bias, const float *h0, const float *c0, const float *projection,
                float *y, float *state)
{
  float *heard = state, *units = state + s->p + s->h;

  recurrent_begin (s, h0, c0, state);
  for (int step = 0; step < s->t; step++)
    {
      const int t = s->reverse ? s->t - 1 - step : step;

      for (int i = 0; i < s->h; i++)
        {
          const float a = gates[t * s->g + i] + recurrent_gate (s, weight, bias, heard, i);

          units[i] = a > 0 ? a : 0;
        }
      recurrent_say (s, projection, units, heard);
      for (int i = 0; i < s->p; i++)
        y[t * s->p + i] = heard[i];
    }
}

/* recurrent_lstm: long short-term memory, gates in the order input, forget, cell, output. */
static void
recurrent_lstm (const recurrent_shape *s, const float *gates, const float *weight,
                const float *bias, const float *h0, const float *c0, const float *projection,
                float *y, float *state)
{
  float *heard = state, *cell = state + s->p, *units = cell + s->h;

  recurrent_begin (s, h0, c0, state);
  for (int step = 0; step < s->t; step++)
    {
      const int t = s->reverse ? s->t - 1 - step : step;

      for (int i = 0; i < s->h; i++)
        {
          float a[4];

          for (int gate = 0; gate < 4; gate++)
            a[gate] = gates[t * s->g + gate * s->h + i]
                      + recurrent_gate (s, weight, bias, heard, gate * s->h + i);
          cell[i] = logistic (a[1]) * cell[i] + logistic (a[0]) * tanhf (a[2]);
          units[i] = logistic (a[3]) * tanhf (cell[i]);
        }
      recurrent_say (s, projection, units, heard);
      for (int i = 0; i < s->p; i++)
        y[t * s->p + i] = heard[i];
    }
}

/* recurrent_gru: gated recurrent unit, gates in the order reset, update, new. */
static void
recurrent_gru (const recurrent_shape *s, const float *gates, const float *weight, const float *bias,
               const float *h0, const float *c0, const float *projection, float *y, float *state)
{
  float *heard = state, *units = state + s->p + s->h;

  recurrent_begin (s, h0, c0, state);
  for (int step = 0; step < s->t; step++)
    {
      const int t = s->reverse ? s->t - 1 - step : step;

      for (int i = 0; i < s->h; i++)
        {
          const float *x = gates + t * s->g + i;
          const float r = logistic (x[0] + recurrent_gate (s, weight, bias, heard, i));
          const float z = logistic (x[s->h] + recurrent_gate (s, weight, bias, heard, s->h + i));
          const float share = recurrent_gate (s, weight, bias, heard, 2 * s->h + i);

          units[i] = (1 - z) * tanhf (x[2 * s->h] + r * share) + z * heard[i];
        }
      recurrent_say (s, projection, units, heard);
      for (int i = 0; i < s->p; i++)
        y[t * s->p + i] = heard[i];
    }
}
