;; The engine's kernels, 128 bits at a time: the product of a matrix and a vector, a softmax, and a sum.
;; `make kernels` builds kernels.wasm from it. kernels.js owns the memory and calls it.
(module
  (memory (export "memory") 1)

  ;; out[r] = sum over c of matrix[r, c] * vector[c]. Addresses are in bytes and multiples of 16; rows are adjacent, and
  ;; their length, `columns`, is a multiple of 16 numbers.
  (func (export "product") (param $matrix i32) (param $vector i32) (param $out i32) (param $rows i32) (param $columns i32)
    (local $end i32) (local $at i32) (local $until i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $rows) (i32.const 2))))
    (local.set $until (i32.add (local.get $vector) (i32.shl (local.get $columns) (i32.const 2))))
    (block $done
      (loop $row
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $at (local.get $vector))
        (local.set $a (v128.const i32x4 0 0 0 0))
        (local.set $b (local.get $a))
        (local.set $c (local.get $a))
        (local.set $d (local.get $a))
        (loop $column ;; four sums, because an addition must wait for the one before it
          (local.set $a (f32x4.add (local.get $a)
            (f32x4.mul (v128.load (local.get $matrix)) (v128.load (local.get $at)))))
          (local.set $b (f32x4.add (local.get $b)
            (f32x4.mul (v128.load offset=16 (local.get $matrix)) (v128.load offset=16 (local.get $at)))))
          (local.set $c (f32x4.add (local.get $c)
            (f32x4.mul (v128.load offset=32 (local.get $matrix)) (v128.load offset=32 (local.get $at)))))
          (local.set $d (f32x4.add (local.get $d)
            (f32x4.mul (v128.load offset=48 (local.get $matrix)) (v128.load offset=48 (local.get $at)))))
          (local.set $matrix (i32.add (local.get $matrix) (i32.const 64)))
          (local.set $at (i32.add (local.get $at) (i32.const 64)))
          (br_if $column (i32.lt_u (local.get $at) (local.get $until))))
        (local.set $a (f32x4.add (f32x4.add (local.get $a) (local.get $b)) (f32x4.add (local.get $c) (local.get $d))))
        (f32.store (local.get $out) (f32.add
          (f32.add (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
          (f32.add (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br $row))))

  ;; The same, for a matrix of whole numbers of 8 bits with a sign; its address is a multiple of 16.
  (func (export "productOfBytes") (param $matrix i32) (param $vector i32) (param $out i32) (param $rows i32) (param $columns i32)
    (local $end i32) (local $at i32) (local $until i32) (local $half v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $rows) (i32.const 2))))
    (local.set $until (i32.add (local.get $vector) (i32.shl (local.get $columns) (i32.const 2))))
    (block $done
      (loop $row
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $at (local.get $vector))
        (local.set $a (v128.const i32x4 0 0 0 0))
        (local.set $b (local.get $a))
        (local.set $c (local.get $a))
        (local.set $d (local.get $a))
        (loop $column
          (local.set $half (i16x8.extend_low_i8x16_s (v128.load (local.get $matrix))))
          (local.set $a (f32x4.add (local.get $a) (f32x4.mul
            (f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s (local.get $half))) (v128.load (local.get $at)))))
          (local.set $b (f32x4.add (local.get $b) (f32x4.mul
            (f32x4.convert_i32x4_s (i32x4.extend_high_i16x8_s (local.get $half))) (v128.load offset=16 (local.get $at)))))
          (local.set $half (i16x8.extend_high_i8x16_s (v128.load (local.get $matrix))))
          (local.set $c (f32x4.add (local.get $c) (f32x4.mul
            (f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s (local.get $half))) (v128.load offset=32 (local.get $at)))))
          (local.set $d (f32x4.add (local.get $d) (f32x4.mul
            (f32x4.convert_i32x4_s (i32x4.extend_high_i16x8_s (local.get $half))) (v128.load offset=48 (local.get $at)))))
          (local.set $matrix (i32.add (local.get $matrix) (i32.const 16)))
          (local.set $at (i32.add (local.get $at) (i32.const 64)))
          (br_if $column (i32.lt_u (local.get $at) (local.get $until))))
        (local.set $a (f32x4.add (f32x4.add (local.get $a) (local.get $b)) (f32x4.add (local.get $c) (local.get $d))))
        (f32.store (local.get $out) (f32.add
          (f32.add (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
          (f32.add (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br $row))))

  ;; exp(x) of four numbers of at most 0; below -87, where float32 ends, it is that of -87. x = n ln 2 + r with a whole n,
  ;; and exp(r) is a polynomial: that of Moshier's Cephes library (expf), right to 2 units in the last place.
  (func $exp (param $x v128) (result v128) (local $n v128) (local $y v128)
    (local.set $x (f32x4.max (local.get $x) (f32x4.splat (f32.const -87))))
    (local.set $n (f32x4.nearest (f32x4.mul (local.get $x) (f32x4.splat (f32.const 1.44269504)))))
    (local.set $x (f32x4.sub (local.get $x) (f32x4.mul (local.get $n) (f32x4.splat (f32.const 0.693359375)))))
    (local.set $x (f32x4.add (local.get $x) (f32x4.mul (local.get $n) (f32x4.splat (f32.const 2.12194440e-4)))))
    (local.set $y (f32x4.splat (f32.const 1.9875691500e-4)))
    (local.set $y (f32x4.add (f32x4.mul (local.get $y) (local.get $x)) (f32x4.splat (f32.const 1.3981999507e-3))))
    (local.set $y (f32x4.add (f32x4.mul (local.get $y) (local.get $x)) (f32x4.splat (f32.const 8.3334519073e-3))))
    (local.set $y (f32x4.add (f32x4.mul (local.get $y) (local.get $x)) (f32x4.splat (f32.const 4.1665795894e-2))))
    (local.set $y (f32x4.add (f32x4.mul (local.get $y) (local.get $x)) (f32x4.splat (f32.const 1.6666665459e-1))))
    (local.set $y (f32x4.add (f32x4.mul (local.get $y) (local.get $x)) (f32x4.splat (f32.const 5.0000001201e-1))))
    (local.set $y (f32x4.mul (local.get $y) (f32x4.mul (local.get $x) (local.get $x))))
    (local.set $y (f32x4.add (local.get $y) (f32x4.add (local.get $x) (f32x4.splat (f32.const 1)))))
    (f32x4.mul (local.get $y) (i32x4.shl ;; by 2^n, whose bits are n + 127 in the place of the exponent
      (i32x4.add (i32x4.trunc_sat_f32x4_s (local.get $n)) (i32x4.splat (i32.const 127))) (i32.const 23))))

  ;; In place, x becomes exp(scale * (x - max)) / sum. The number of numbers is a multiple of 4.
  (func (export "softmax") (param $x i32) (param $count i32) (param $scale f32)
    (local $at i32) (local $end i32) (local $v v128) (local $sum v128)
    (local.set $end (i32.add (local.get $x) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $at (local.get $x))
    (local.set $v (v128.load (local.get $x)))
    (loop $largest
      (local.set $v (f32x4.max (local.get $v) (v128.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $largest (i32.lt_u (local.get $at) (local.get $end))))
    (local.set $v (f32x4.splat (f32.max
      (f32.max (f32x4.extract_lane 0 (local.get $v)) (f32x4.extract_lane 1 (local.get $v)))
      (f32.max (f32x4.extract_lane 2 (local.get $v)) (f32x4.extract_lane 3 (local.get $v))))))
    (local.set $at (local.get $x))
    (loop $each ;; summed in float64, because most are very small
      (v128.store (local.get $at) (call $exp
        (f32x4.mul (f32x4.sub (v128.load (local.get $at)) (local.get $v)) (f32x4.splat (local.get $scale)))))
      (local.set $sum (f64x2.add (local.get $sum) (f64x2.promote_low_f32x4 (v128.load (local.get $at)))))
      (local.set $sum (f64x2.add (local.get $sum) (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $at)))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $each (i32.lt_u (local.get $at) (local.get $end))))
    (local.set $v (f32x4.splat (f32.demote_f64 (f64.div (f64.const 1)
      (f64.add (f64x2.extract_lane 0 (local.get $sum)) (f64x2.extract_lane 1 (local.get $sum)))))))
    (local.set $at (local.get $x))
    (loop $share
      (v128.store (local.get $at) (f32x4.mul (v128.load (local.get $at)) (local.get $v)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $share (i32.lt_u (local.get $at) (local.get $end)))))

  ;; x = a x + b y. The number of numbers is a multiple of 4.
  (func (export "mix") (param $x i32) (param $a f32) (param $y i32) (param $b f32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $x) (i32.shl (local.get $count) (i32.const 2))))
    (loop $each
      (v128.store (local.get $x) (f32x4.add
        (f32x4.mul (v128.load (local.get $x)) (f32x4.splat (local.get $a)))
        (f32x4.mul (v128.load (local.get $y)) (f32x4.splat (local.get $b)))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (br_if $each (i32.lt_u (local.get $x) (local.get $end))))))
