import { closeSync, readSync, writevSync, openSync, constants, ftruncateSync, fstatSync, statfsSync, rmSync } from 'node:fs';
import { J as JobError, i as isJobErrorCode } from './poolable.DghgEwJh.mjs';
import { a as parseDuration, p as peerKey, D as DEFAULT_TERMS } from './poolable.Cyn1lGc9.mjs';
import { connect } from 'node:net';
import { join, dirname } from 'node:path';
import { o as openReader } from './poolable.CBWgDNvk.mjs';

const LARGE_BYTES = 128 * 1024;
const ARENA_BYTES = 64 * 1024 * 1024;
const IDLE_MS = 1e3;
function createArenaFile(path) {
  return openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 384);
}
function openArenaFile(path, flags) {
  const file = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new Error(`${path} is no file`);
}
function createArena(file) {
  const used = /* @__PURE__ */ new Map();
  const spare = /* @__PURE__ */ new Map();
  let end = 0;
  let isOpen = true;
  let usedAt = 0;
  let timer;
  keepMemory();
  function place(length) {
    const size = 2 ** Math.ceil(Math.log2(length));
    let offset = spare.get(size)?.pop();
    if (offset === void 0) {
      if (end + size > ARENA_BYTES) return void 0;
      offset = end;
      end += size;
    }
    used.set(offset, size);
    return offset;
  }
  function free(offset) {
    const size = used.get(offset);
    if (size === void 0 || !isOpen) return;
    used.delete(offset);
    if (used.size > 0) {
      const others = spare.get(size);
      if (others) others.push(offset);
      else spare.set(size, [offset]);
      return;
    }
    spare.clear();
    end = 0;
    usedAt = performance.now();
    timer ??= setTimeout(shrink, IDLE_MS).unref();
  }
  function shrink() {
    timer = void 0;
    if (used.size > 0) return;
    const left = usedAt + IDLE_MS - performance.now();
    if (left > 1) timer = setTimeout(shrink, left).unref();
    else ftruncateSync(file, 0);
  }
  return {
    put(parts) {
      let length = 0;
      for (const part of parts) length += part.length;
      const offset = isOpen ? place(length) : void 0;
      if (offset === void 0) return void 0;
      try {
        if (writevSync(file, parts, offset) === length) return { offset, length };
      } catch {
      }
      free(offset);
      return void 0;
    },
    read({ offset, length }) {
      const bytes = Buffer.alloc(length);
      try {
        readSync(file, bytes, 0, length, offset);
      } catch {
      }
      return bytes;
    },
    free,
    close() {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(timer);
      closeSync(file);
    }
  };
}
function createArenaReader(file, limit) {
  let isOpen = true;
  keepMemory();
  return {
    read({ offset, length }) {
      if (!isOpen || length > limit) throw new Error(`a value of ${length} bytes`);
      const bytes = Buffer.allocUnsafeSlow(length);
      const count = readSync(file, bytes, 0, length, offset);
      if (count !== length) throw new Error(`${count} of ${length} bytes`);
      return bytes;
    },
    close() {
      if (isOpen) closeSync(file);
      isOpen = false;
    }
  };
}
let isKept = false;
function keepMemory() {
  if (!isKept) Buffer.allocUnsafeSlow(31 * 1024 * 1024);
  isKept = true;
}

var indexNoEval$1 = {exports: {}};

var indexNoEval = indexNoEval$1.exports;

var hasRequiredIndexNoEval;

function requireIndexNoEval () {
	if (hasRequiredIndexNoEval) return indexNoEval$1.exports;
	hasRequiredIndexNoEval = 1;
	(function (module, exports) {
		(function (global, factory) {
			factory(exports) ;
		})(indexNoEval, (function (exports) {
			var decoder;
			try {
				decoder = new TextDecoder();
			} catch(error) {}
			var src;
			var srcEnd;
			var position$1 = 0;
			var currentUnpackr = {};
			var currentStructures;
			var srcString;
			var srcStringStart = 0;
			var srcStringEnd = 0;
			var bundledStrings$1;
			var referenceMap;
			var currentExtensions = [];
			var dataView;
			var arrayAllocationBudget;
			var fragmentEnd = 0;
			var defaultOptions = {
				useRecords: false,
				mapsAsObjects: true
			};
			class C1Type {}
			const C1 = new C1Type();
			C1.name = 'MessagePack 0xC1';
			var sequentialMode = false;
			var inlineObjectReadThreshold = 2;
			var BlockedFunction; // we use search and replace to change the next call to BlockedFunction to avoid CSP issues for

			class Unpackr {
				constructor(options) {
					if (options) {
						if (options.useRecords === false && options.mapsAsObjects === undefined)
							options.mapsAsObjects = true;
						if (options.sequential && options.trusted !== false) {
							options.trusted = true;
							if (!options.structures && options.useRecords != false) {
								options.structures = [];
								if (!options.maxSharedStructures)
									options.maxSharedStructures = 0;
							}
						}
						if (options.structures)
							options.structures.sharedLength = options.structures.length;
						else if (options.getStructures) {
							(options.structures = []).uninitialized = true; // this is what we use to denote an uninitialized structures
							options.structures.sharedLength = 0;
						}
						if (options.int64AsNumber) {
							options.int64AsType = 'number';
						}
					}
					Object.assign(this, options);
				}
				unpack(source, options) {
					if (src) {
						// re-entrant execution, save the state and restore it after we do this unpack
						return saveState(() => {
							clearSource();
							try {
								return this ? this.unpack(source, options) : Unpackr.prototype.unpack.call(defaultOptions, source, options);
							} catch (error) {
								if (error && typeof error == 'object')
									nestedUnpackErrors.add(error);
								throw error;
							}
						});
					}
					if (!source.buffer && source.constructor === ArrayBuffer)
						source = typeof Buffer !== 'undefined' ? Buffer.from(source) : new Uint8Array(source);
					if (typeof options === 'object') {
						srcEnd = options.end || source.length;
						position$1 = options.start || 0;
					} else {
						position$1 = 0;
						srcEnd = options > -1 ? options : source.length;
					}
					// the native string extractor reads the underlying ArrayBuffer, which can hold other data past this view
					if (srcEnd > source.length) srcEnd = source.length;
					srcStringEnd = 0;
					srcString = null;
					bundledStrings$1 = null;
					src = source;
					// this provides cached access to the data view for a buffer if it is getting reused, which is a recommend
					// technique for getting data from a database where it can be copied into an existing buffer instead of creating
					// new ones
					try {
						dataView = source.dataView || (source.dataView = new DataView(source.buffer, source.byteOffset, source.byteLength));
					} catch(error) {
						// if it doesn't have a buffer, maybe it is the wrong type of object
						src = null;
						if (source instanceof Uint8Array)
							throw error;
						throw new Error('Source must be a Uint8Array or Buffer but was a ' + ((source && typeof source == 'object') ? source.constructor.name : typeof source));
					}
					if (this instanceof Unpackr) {
						currentUnpackr = this;
						if (this.structures) {
							currentStructures = this.structures;
							return checkedRead(options);
						} else if (!currentStructures || currentStructures.length > 0) {
							currentStructures = [];
						}
					} else {
						currentUnpackr = defaultOptions;
						if (!currentStructures || currentStructures.length > 0)
							currentStructures = [];
					}
					return checkedRead(options);
				}
				unpackMultiple(source, forEach) {
					if (src) {
						return saveState(() => {
							clearSource();
							try {
								return this ? this.unpackMultiple(source, forEach) : defaultUnpackr.unpackMultiple(source, forEach);
							} catch (error) {
								if (error && typeof error == 'object')
									nestedUnpackErrors.add(error);
								throw error;
							}
						});
					}
					let values, lastPosition = 0;
					try {
						sequentialMode = true;
						let size = source.length;
						let value = this ? this.unpack(source, size) : defaultUnpackr.unpack(source, size);
						if (forEach) {
							let end = position$1;
							if (forEach(value, lastPosition, end) === false) return;
							while(end < size) {
								lastPosition = end;
								value = checkedRead();
								end = position$1;
								if (forEach(value, lastPosition, end) === false) {
									return;
								}
							}
						}
						else {
							values = [ value ];
							while(position$1 < size) {
								lastPosition = position$1;
								values.push(checkedRead());
							}
							return values;
						}
					} catch(error) {
						// a value thrown by an extension need not be an object, and assigning to it would throw a TypeError
						// that hides the original failure (unpack() already leaves such values untouched)
						if (error && typeof error == 'object') {
							error.lastPosition = lastPosition;
							error.values = values;
						}
						throw error;
					} finally {
						sequentialMode = false;
						clearSource();
					}
				}
				_mergeStructures(loadedStructures, existingStructures) {
					if (this._onLoadedStructures)
						loadedStructures = this._onLoadedStructures(loadedStructures);
					loadedStructures = loadedStructures || [];
					if (Object.isFrozen(loadedStructures))
						loadedStructures = loadedStructures.map(structure => structure.slice(0));
					for (let i = 0, l = loadedStructures.length; i < l; i++) {
						let structure = loadedStructures[i];
						if (structure) {
							structure.isShared = true;
							if (i >= 32)
								structure.highByte = (i - 32) >> 5;
						}
					}
					loadedStructures.sharedLength = loadedStructures.length;
					for (let id in existingStructures || []) {
						if (id >= 0) {
							let structure = loadedStructures[id];
							let existing = existingStructures[id];
							if (existing) {
								if (structure)
									(loadedStructures.restoreStructures || (loadedStructures.restoreStructures = []))[id] = structure;
								loadedStructures[id] = existing;
							}
						}
					}
					return this.structures = loadedStructures;
				}
				decode(source, options) {
					return this.unpack(source, options);
				}
			}
			const nestedUnpackErrors = new WeakSet();
			function checkedRead(options) {
				try {
					if (!currentUnpackr.trusted && !sequentialMode) {
						let sharedLength = currentStructures.sharedLength || 0;
						if (sharedLength < currentStructures.length)
							currentStructures.length = sharedLength;
					}
					let result;
					arrayAllocationBudget = srcEnd - position$1;
					if (currentUnpackr._readStruct && src[position$1] < 0x40 && src[position$1] >= 0x20) {
						result = currentUnpackr._readStruct(src, position$1, srcEnd);
						src = null; // dispose of this so that recursive unpack calls don't save state
						if (!(options && options.lazy) && result)
							result = result.toJSON();
						position$1 = srcEnd;
					} else
						result = read();
					if (bundledStrings$1) { // bundled strings to skip past
						position$1 = bundledStrings$1.postBundlePosition;
						bundledStrings$1 = null;
					}
					if (sequentialMode && position$1 <= srcEnd)
						// we only need to restore the structures if there was an error, but if we completed a read,
						// we can clear this out and keep the structures we read (an over-read is an error, thrown below)
						currentStructures.restoreStructures = null;

					if (position$1 == srcEnd) {
						// finished reading this source, cleanup references
						if (currentStructures && currentStructures.restoreStructures)
							restoreStructures();
						currentStructures = null;
						src = null;
						if (referenceMap)
							referenceMap = null;
					} else if (position$1 > srcEnd) {
						// over read
						throw new Error('Unexpected end of MessagePack data');
					} else if (!sequentialMode) {
						let jsonView;
						try {
							jsonView = JSON.stringify(result, (_, value) => typeof value === "bigint" ? `${value}n` : value).slice(0, 100);
						} catch(error) {
							jsonView = '(JSON view not available ' + error + ')';
						}
						throw new Error('Data read, but end of buffer not reached ' + jsonView);
					}
					// else more to read, but we are reading sequentially, so don't clear source yet
					return result;
				} catch(error) {
					if (currentStructures && currentStructures.restoreStructures)
						restoreStructures();
					clearSource();
					classifyIncomplete(error);
					throw error;
				}
			}

			function classifyIncomplete(error) {
				if (!error || typeof error != 'object')
					return;
				if (position$1 > srcEnd) {
					error.incomplete = true;
				} else if (nestedUnpackErrors.has(error)) {
					// from an extension unpacking embedded data that this source fully contained, so more bytes can't help
					if (error.incomplete)
						error.incomplete = false;
				} else if ((error instanceof RangeError && position$1 + 8 > srcEnd) ||
						(typeof error.message == 'string' && error.message.startsWith('Unexpected end of buffer'))) {
					// a DataView read past the end of the source; these read at most 8 bytes and precede advancing position.
					// A stack overflow (from deeply nested input) is a RangeError too, and fatal unless it lands in this window.
					error.incomplete = true;
				}
			}

			function restoreStructures() {
				for (let id in currentStructures.restoreStructures) {
					currentStructures[id] = currentStructures.restoreStructures[id];
				}
				currentStructures.restoreStructures = null;
			}

			function read() {
				let token = src[position$1++];
				if (token < 0xa0) {
					if (token < 0x80) {
						if (token < 0x40)
							return token;
						else {
							let structure = currentStructures[token & 0x3f] ||
								currentUnpackr.getStructures && loadStructures()[token & 0x3f];
							if (structure) {
								if (!structure.read) {
									structure.read = createStructureReader(structure, token & 0x3f);
								}
								return structure.read();
							} else
								return token;
						}
					} else if (token < 0x90) {
						// map
						token -= 0x80;
						if (currentUnpackr.mapsAsObjects) {
							let object = {};
							for (let i = 0; i < token; i++) {
								let key = readKey();
								if (key === '__proto__')
									key = '__proto_';
								object[key] = read();
							}
							return object;
						} else {
							let map = new Map();
							for (let i = 0; i < token; i++) {
								map.set(read(), read());
							}
							return map;
						}
					} else {
						token -= 0x90;
						let array = new Array(token);
						for (let i = 0; i < token; i++) {
							array[i] = read();
						}
						if (currentUnpackr.freezeData)
							return Object.freeze(array);
						return array;
					}
				} else if (token < 0xc0) {
					// fixstr
					let length = token - 0xa0;
					if (srcStringEnd >= position$1) {
						return srcString.slice(position$1 - srcStringStart, (position$1 += length) - srcStringStart);
					}
					if (srcStringEnd == 0 && srcEnd < 140) {
						// for small blocks, avoiding the overhead of the extract call is helpful
						let string = length < 16 ? shortStringInJS(length) : longStringInJS(length);
						if (string != null)
							return string;
					}
					return readFixedString(length);
				} else {
					let value;
					switch (token) {
						case 0xc0: return null;
						case 0xc1:
							if (bundledStrings$1) {
								value = read(); // followed by the length of the string in characters (not bytes!)
								if (value > 0)
									return bundledStrings$1[1].slice(bundledStrings$1.position1, bundledStrings$1.position1 += value);
								else
									return bundledStrings$1[0].slice(bundledStrings$1.position0, bundledStrings$1.position0 -= value);
							}
							return C1; // "never-used", return special object to denote that
						case 0xc2: return false;
						case 0xc3: return true;
						case 0xc4:
							// bin 8
							value = src[position$1++];
							if (value === undefined)
								throw new Error('Unexpected end of buffer');
							return readBin(value);
						case 0xc5:
							// bin 16
							value = dataView.getUint16(position$1);
							position$1 += 2;
							if (value > srcEnd - position$1) throw endOfMessagePackError(position$1 + value);
							return readBin(value);
						case 0xc6:
							// bin 32
							value = dataView.getUint32(position$1);
							position$1 += 4;
							if (value > srcEnd - position$1) throw endOfMessagePackError(position$1 + value);
							return readBin(value);
						case 0xc7:
							// ext 8
							return readExt(src[position$1++]);
						case 0xc8:
							// ext 16
							value = dataView.getUint16(position$1);
							position$1 += 2;
							return readExt(value);
						case 0xc9:
							// ext 32
							value = dataView.getUint32(position$1);
							position$1 += 4;
							return readExt(value);
						case 0xca:
							value = dataView.getFloat32(position$1);
							if (currentUnpackr.useFloat32 > 2) {
								// this does rounding of numbers that were encoded in 32-bit float to nearest significant decimal digit that could be preserved
								let multiplier = mult10[((src[position$1] & 0x7f) << 1) | (src[position$1 + 1] >> 7)];
								position$1 += 4;
								return ((multiplier * value + (value > 0 ? 0.5 : -0.5)) >> 0) / multiplier;
							}
							position$1 += 4;
							return value;
						case 0xcb:
							value = dataView.getFloat64(position$1);
							position$1 += 8;
							return value;
						// uint handlers
						case 0xcc:
							return src[position$1++];
						case 0xcd:
							value = dataView.getUint16(position$1);
							position$1 += 2;
							return value;
						case 0xce:
							value = dataView.getUint32(position$1);
							position$1 += 4;
							return value;
						case 0xcf:
							if (currentUnpackr.int64AsType === 'number') {
								value = dataView.getUint32(position$1) * 0x100000000;
								value += dataView.getUint32(position$1 + 4);
							} else if (currentUnpackr.int64AsType === 'string') {
								value = dataView.getBigUint64(position$1).toString();
							} else if (currentUnpackr.int64AsType === 'auto') {
								value = dataView.getBigUint64(position$1);
								if (value<=BigInt(2)<<BigInt(52)) value=Number(value);
							} else
								value = dataView.getBigUint64(position$1);
							position$1 += 8;
							return value;

						// int handlers
						case 0xd0:
							return dataView.getInt8(position$1++);
						case 0xd1:
							value = dataView.getInt16(position$1);
							position$1 += 2;
							return value;
						case 0xd2:
							value = dataView.getInt32(position$1);
							position$1 += 4;
							return value;
						case 0xd3:
							if (currentUnpackr.int64AsType === 'number') {
								value = dataView.getInt32(position$1) * 0x100000000;
								value += dataView.getUint32(position$1 + 4);
							} else if (currentUnpackr.int64AsType === 'string') {
								value = dataView.getBigInt64(position$1).toString();
							} else if (currentUnpackr.int64AsType === 'auto') {
								value = dataView.getBigInt64(position$1);
								if (value>=BigInt(-2)<<BigInt(52)&&value<=BigInt(2)<<BigInt(52)) value=Number(value);
							} else
								value = dataView.getBigInt64(position$1);
							position$1 += 8;
							return value;

						case 0xd4:
							// fixext 1
							value = src[position$1++];
							if (value == 0x72) {
								return recordDefinition(src[position$1++] & 0x3f);
							} else {
								let extension = currentExtensions[value];
								if (extension) {
									if (extension.read) {
										position$1++; // skip filler byte
										return extension.read(read());
									} else if (extension.noBuffer) {
										position$1++; // skip filler byte
										return extension();
									} else {
										if (position$1 >= srcEnd) throw endOfMessagePackError();
										return extension(src.subarray(position$1, ++position$1));
									}
								} else
									throw new Error('Unknown extension ' + value);
							}
						case 0xd5:
							// fixext 2
							value = src[position$1];
							if (value == 0x72) {
								position$1++;
								return recordDefinition(src[position$1++] & 0x3f, src[position$1++]);
							} else
								return readExt(2);
						case 0xd6:
							// fixext 4
							return readExt(4);
						case 0xd7:
							// fixext 8
							return readExt(8);
						case 0xd8:
							// fixext 16
							return readExt(16);
						case 0xd9:
						// str 8
							value = src[position$1++];
							if (srcStringEnd >= position$1) {
								return srcString.slice(position$1 - srcStringStart, (position$1 += value) - srcStringStart);
							}
							return readString8(value);
						case 0xda:
						// str 16
							value = dataView.getUint16(position$1);
							position$1 += 2;
							if (value > srcEnd - position$1) throw endOfMessagePackError(position$1 + value);
							if (srcStringEnd >= position$1) {
								return srcString.slice(position$1 - srcStringStart, (position$1 += value) - srcStringStart);
							}
							return readString16(value);
						case 0xdb:
						// str 32
							value = dataView.getUint32(position$1);
							position$1 += 4;
							if (value > srcEnd - position$1) throw endOfMessagePackError(position$1 + value);
							if (srcStringEnd >= position$1) {
								return srcString.slice(position$1 - srcStringStart, (position$1 += value) - srcStringStart);
							}
							return readString32(value);
						case 0xdc:
						// array 16
							value = dataView.getUint16(position$1);
							position$1 += 2;
							return readArray(value);
						case 0xdd:
						// array 32
							value = dataView.getUint32(position$1);
							position$1 += 4;
							return readArray(value);
						case 0xde:
						// map 16
							value = dataView.getUint16(position$1);
							position$1 += 2;
							return readMap(value);
						case 0xdf:
						// map 32
							value = dataView.getUint32(position$1);
							position$1 += 4;
							return readMap(value);
						default: // negative int
							if (token >= 0xe0)
								return token - 0x100;
							if (token === undefined) throw endOfMessagePackError();
							throw new Error('Unknown MessagePack token ' + token);

					}
				}
			}
			const validName = /^[a-zA-Z_$][a-zA-Z\d_$]*$/;
			function createStructureReader(structure, firstId) {
				function readObject() {
					// This initial function is quick to instantiate, but runs slower. After several iterations pay the cost to build the faster function
					if (readObject.count++ > inlineObjectReadThreshold) {
						let optimizedReadObject;
						try {
							optimizedReadObject = structure.read = (new BlockedFunction ('r', 'return function(){return ' + (currentUnpackr.freezeData ? 'Object.freeze' : '') +
								'({' + structure.map(key => key === '__proto__' ? '__proto_:r()' : validName.test(key) ? key + ':r()' : ('[' + JSON.stringify(key) + ']:r()')).join(',') + '})}'))(read);
						} catch(error) {
							// in CF workers, the new BlockedFunction  call could begin to fail at any point in time
							inlineObjectReadThreshold = Infinity; // disable going forward
							return readObject(); // recursively try again
						}
						structure.read0 = optimizedReadObject; // keep the un-wrapped body reader in sync
						if (structure.highByte === 0)
							structure.read = createSecondByteReader(firstId, structure.read);
						return optimizedReadObject(); // second byte is already read, if there is one so immediately read object
					}
					let object = {};
					for (let i = 0, l = structure.length; i < l; i++) {
						let key = structure[i];
						if (key === '__proto__')
							key = '__proto_';
						object[key] = read();
					}
					if (currentUnpackr.freezeData)
						return Object.freeze(object);
					return object;
				}
				readObject.count = 0;
				// read0 is the un-wrapped body reader: it reads the record's values directly without
				// consuming a leading high byte. recordDefinition uses it for the immediate read that follows
				// a record definition (the high byte, if present, was already consumed). For highByte === 0
				// structures the public reader is a second-byte reader (used by later references), but the
				// definition read itself must not consume that byte.
				structure.read0 = readObject;
				if (structure.highByte === 0) {
					return createSecondByteReader(firstId, readObject);
				}
				return readObject;
			}

			const createSecondByteReader = (firstId, read0) => {
				return function() {
					let highByte = src[position$1++];
					if (highByte === 0)
						return read0();
					let id = firstId < 32 ? -(firstId + (highByte << 5)) : firstId + (highByte << 5);
					let structure = currentStructures[id] || loadStructures()[id];
					if (!structure) {
						throw new Error('Record id is not defined for ' + id);
					}
					if (!structure.read)
						structure.read = createStructureReader(structure, firstId);
					return structure.read();
				};
			};

			function loadStructures() {
				let loadedStructures = saveState(() => {
					// save the state in case getStructures modifies our buffer
					src = null;
					return currentUnpackr.getStructures();
				});
				return currentStructures = currentUnpackr._mergeStructures(loadedStructures, currentStructures);
			}

			var readFixedString = readStringJS;
			var readString8 = readStringJS;
			var readString16 = readStringJS;
			var readString32 = readStringJS;
			let isNativeAccelerationEnabled = false;
			function readStringJS(length) {
				let result;
				if (length < 16) {
					if (result = shortStringInJS(length))
						return result;
				}
				if (length > 64 && decoder)
					return decoder.decode(src.subarray(position$1, position$1 += length));
				const end = position$1 + length;
				const units = [];
				result = '';
				while (position$1 < end) {
					const byte1 = src[position$1++];
					if ((byte1 & 0x80) === 0) {
						// 1 byte
						units.push(byte1);
					} else if ((byte1 & 0xe0) === 0xc0) {
						// 2 bytes
						if (byte1 < 0xc2 || position$1 >= end || (src[position$1] & 0xc0) !== 0x80) {
							units.push(0xFFFD);
						} else {
							const byte2 = src[position$1++] & 0x3f;
							units.push(((byte1 & 0x1f) << 6) | byte2);
						}
					} else if ((byte1 & 0xf0) === 0xe0) {
						// 3 bytes
						const byte2 = position$1 < end ? src[position$1] : 0;
						if (position$1 >= end || (byte2 & 0xc0) !== 0x80 ||
							(byte1 === 0xe0 && byte2 < 0xa0) || (byte1 === 0xed && byte2 >= 0xa0)) {
							units.push(0xFFFD);
						} else {
							position$1++;
							if (position$1 >= end || (src[position$1] & 0xc0) !== 0x80) {
								units.push(0xFFFD);
							} else {
								const byte3 = src[position$1++] & 0x3f;
								units.push(((byte1 & 0x1f) << 12) | ((byte2 & 0x3f) << 6) | byte3);
							}
						}
					} else if ((byte1 & 0xf8) === 0xf0) {
						// 4 bytes
						const byte2 = position$1 < end ? src[position$1] : 0;
						if (byte1 > 0xf4 || position$1 >= end || (byte2 & 0xc0) !== 0x80 ||
							(byte1 === 0xf0 && byte2 < 0x90) || (byte1 === 0xf4 && byte2 >= 0x90)) {
							units.push(0xFFFD);
						} else {
							position$1++;
							if (position$1 >= end || (src[position$1] & 0xc0) !== 0x80) {
								units.push(0xFFFD);
							} else {
								const byte3 = src[position$1++] & 0x3f;
								if (position$1 >= end || (src[position$1] & 0xc0) !== 0x80) {
									units.push(0xFFFD);
								} else {
									const byte4 = src[position$1++] & 0x3f;
									let unit = ((byte1 & 0x07) << 0x12) | ((byte2 & 0x3f) << 0x0c) | (byte3 << 0x06) | byte4;
									unit -= 0x10000;
									units.push(((unit >>> 10) & 0x3ff) | 0xd800);
									units.push(0xdc00 | (unit & 0x3ff));
								}
							}
						}
					} else {
						units.push(0xFFFD); // replacement character for invalid lead byte
					}

					if (units.length >= 0x1000) {
						result += fromCharCode.apply(String, units);
						units.length = 0;
					}
				}

				if (units.length > 0) {
					result += fromCharCode.apply(String, units);
				}

				return result;
			}

			// end: the least offset the value must reach, from a length header that runs past srcEnd. As missingBytes it
			// lets a stream wait for that many more bytes before unpacking again. A header itself read past srcEnd came
			// from bytes after an end argument, so it says nothing about the value.
			function endOfMessagePackError(end) {
				let error = new Error('Unexpected end of MessagePack data');
				error.incomplete = true;
				if (end > srcEnd && position$1 <= srcEnd)
					error.missingBytes = end - srcEnd;
				return error;
			}

			function readArray(length) {
				// every element occupies at least one byte, so a length beyond what remains in the source can never
				// be satisfied; check before allocating so a small header can not force a large allocation. Nested
				// arrays each pass that per-array check yet still pre-allocate, so also spend from a per-decode
				// budget of the remaining bytes -- the summed lengths of any valid tree stay under it
				if (length > srcEnd - position$1 || (arrayAllocationBudget -= length) < 0) throw endOfMessagePackError(position$1 + length);
				let array = new Array(length);
				for (let i = 0; i < length; i++) {
					array[i] = read();
				}
				if (currentUnpackr.freezeData)
					return Object.freeze(array);
				return array;
			}

			function readMap(length) {
				if (length > (srcEnd - position$1) / 2) throw endOfMessagePackError(position$1 + 2 * length); // each entry needs at least two bytes
				if (currentUnpackr.mapsAsObjects) {
					let object = {};
					for (let i = 0; i < length; i++) {
						let key = readKey();
						if (key === '__proto__')
							key = '__proto_';
						object[key] = read();
					}
					return object;
				} else {
					let map = new Map();
					for (let i = 0; i < length; i++) {
						map.set(read(), read());
					}
					return map;
				}
			}

			var fromCharCode = String.fromCharCode;
			function longStringInJS(length) {
				let start = position$1;
				if (src.latin1Slice) {
					let end = start + length;
					if (end > srcEnd)
						return;
					for (let i = start; i < end; i++) {
						if ((src[i] & 0x80) > 0)
							return;
					}
					position$1 = end;
					return src.latin1Slice(start, end);
				}
				let bytes = new Array(length);
				for (let i = 0; i < length; i++) {
					const byte = src[position$1++];
					if ((byte & 0x80) > 0) {
						position$1 = start;
						return;
					}
					bytes[i] = byte;
				}
				return fromCharCode.apply(String, bytes);
			}
			function shortStringInJS(length) {
				if (length < 4) {
					if (length < 2) {
						if (length === 0)
							return '';
						else {
							let a = src[position$1++];
							if ((a & 0x80) > 1) {
								position$1 -= 1;
								return;
							}
							return fromCharCode(a);
						}
					} else {
						let a = src[position$1++];
						let b = src[position$1++];
						if ((a & 0x80) > 0 || (b & 0x80) > 0) {
							position$1 -= 2;
							return;
						}
						if (length < 3)
							return fromCharCode(a, b);
						let c = src[position$1++];
						if ((c & 0x80) > 0) {
							position$1 -= 3;
							return;
						}
						return fromCharCode(a, b, c);
					}
				} else {
					let a = src[position$1++];
					let b = src[position$1++];
					let c = src[position$1++];
					let d = src[position$1++];
					if ((a & 0x80) > 0 || (b & 0x80) > 0 || (c & 0x80) > 0 || (d & 0x80) > 0) {
						position$1 -= 4;
						return;
					}
					if (length < 6) {
						if (length === 4)
							return fromCharCode(a, b, c, d);
						else {
							let e = src[position$1++];
							if ((e & 0x80) > 0) {
								position$1 -= 5;
								return;
							}
							return fromCharCode(a, b, c, d, e);
						}
					} else if (length < 8) {
						let e = src[position$1++];
						let f = src[position$1++];
						if ((e & 0x80) > 0 || (f & 0x80) > 0) {
							position$1 -= 6;
							return;
						}
						if (length < 7)
							return fromCharCode(a, b, c, d, e, f);
						let g = src[position$1++];
						if ((g & 0x80) > 0) {
							position$1 -= 7;
							return;
						}
						return fromCharCode(a, b, c, d, e, f, g);
					} else {
						let e = src[position$1++];
						let f = src[position$1++];
						let g = src[position$1++];
						let h = src[position$1++];
						if ((e & 0x80) > 0 || (f & 0x80) > 0 || (g & 0x80) > 0 || (h & 0x80) > 0) {
							position$1 -= 8;
							return;
						}
						if (length < 10) {
							if (length === 8)
								return fromCharCode(a, b, c, d, e, f, g, h);
							else {
								let i = src[position$1++];
								if ((i & 0x80) > 0) {
									position$1 -= 9;
									return;
								}
								return fromCharCode(a, b, c, d, e, f, g, h, i);
							}
						} else if (length < 12) {
							let i = src[position$1++];
							let j = src[position$1++];
							if ((i & 0x80) > 0 || (j & 0x80) > 0) {
								position$1 -= 10;
								return;
							}
							if (length < 11)
								return fromCharCode(a, b, c, d, e, f, g, h, i, j);
							let k = src[position$1++];
							if ((k & 0x80) > 0) {
								position$1 -= 11;
								return;
							}
							return fromCharCode(a, b, c, d, e, f, g, h, i, j, k);
						} else {
							let i = src[position$1++];
							let j = src[position$1++];
							let k = src[position$1++];
							let l = src[position$1++];
							if ((i & 0x80) > 0 || (j & 0x80) > 0 || (k & 0x80) > 0 || (l & 0x80) > 0) {
								position$1 -= 12;
								return;
							}
							if (length < 14) {
								if (length === 12)
									return fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l);
								else {
									let m = src[position$1++];
									if ((m & 0x80) > 0) {
										position$1 -= 13;
										return;
									}
									return fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l, m);
								}
							} else {
								let m = src[position$1++];
								let n = src[position$1++];
								if ((m & 0x80) > 0 || (n & 0x80) > 0) {
									position$1 -= 14;
									return;
								}
								if (length < 15)
									return fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
								let o = src[position$1++];
								if ((o & 0x80) > 0) {
									position$1 -= 15;
									return;
								}
								return fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
							}
						}
					}
				}
			}

			function readOnlyJSString() {
				let token = src[position$1++];
				let length;
				if (token < 0xc0) {
					// fixstr
					length = token - 0xa0;
				} else {
					switch(token) {
						case 0xd9:
						// str 8
							length = src[position$1++];
							break;
						case 0xda:
						// str 16
							length = dataView.getUint16(position$1);
							position$1 += 2;
							break;
						case 0xdb:
						// str 32
							length = dataView.getUint32(position$1);
							position$1 += 4;
							break;
						default:
							throw new Error('Expected string');
					}
				}
				return readStringJS(length);
			}


			function readBin(length) {
				return currentUnpackr.copyBuffers ?
					// specifically use the copying slice (not the node one)
					Uint8Array.prototype.slice.call(src, position$1, position$1 += length) :
					src.subarray(position$1, position$1 += length);
			}
			function readExt(length) {
				// the payload is handed to the extension, so it must be complete
				if (length >= srcEnd - position$1) throw endOfMessagePackError(position$1 + 1 + length);
				let type = src[position$1++];
				if (currentExtensions[type]) {
					let end;
					return currentExtensions[type](src.subarray(position$1, end = (position$1 += length)), (readPosition) => {
						position$1 = readPosition;
						try {
							return read();
						} finally {
							position$1 = end;
						}
					});
				}
				else
					throw new Error('Unknown extension type ' + type);
			}

			var keyCache = new Array(4096);
			function readKey() {
				let length = src[position$1++];
				if (length >= 0xa0 && length < 0xc0) {
					// fixstr, potentially use key cache
					length = length - 0xa0;
					if (srcStringEnd >= position$1) // if it has been extracted, must use it (and faster anyway)
						return srcString.slice(position$1 - srcStringStart, (position$1 += length) - srcStringStart);
					else if (!(srcStringEnd == 0 && srcEnd < 180))
						return readFixedString(length);
				} else { // not cacheable, go back and do a standard read
					position$1--;
					return asSafeString(read());
				}
				if (length > srcEnd - position$1) throw endOfMessagePackError(position$1 + length);
				let key = ((length << 5) ^ (length > 1 ? dataView.getUint16(position$1) : length > 0 ? src[position$1] : 0)) & 0xfff;
				let entry = keyCache[key];
				let checkPosition = position$1;
				let end = position$1 + length - 3;
				let chunk;
				let i = 0;
				if (entry && entry.bytes == length) {
					while (checkPosition < end) {
						chunk = dataView.getUint32(checkPosition);
						if (chunk != entry[i++]) {
							checkPosition = 0x70000000;
							break;
						}
						checkPosition += 4;
					}
					end += 3;
					while (checkPosition < end) {
						chunk = src[checkPosition++];
						if (chunk != entry[i++]) {
							checkPosition = 0x70000000;
							break;
						}
					}
					if (checkPosition === end) {
						position$1 = checkPosition;
						return entry.string;
					}
					end -= 3;
					checkPosition = position$1;
				}
				entry = [];
				keyCache[key] = entry;
				entry.bytes = length;
				while (checkPosition < end) {
					chunk = dataView.getUint32(checkPosition);
					entry.push(chunk);
					checkPosition += 4;
				}
				end += 3;
				while (checkPosition < end) {
					chunk = src[checkPosition++];
					entry.push(chunk);
				}
				// for small blocks, avoiding the overhead of the extract call is helpful
				let string = length < 16 ? shortStringInJS(length) : longStringInJS(length);
				if (string != null)
					return entry.string = string;
				return entry.string = readFixedString(length);
			}

			function asSafeString(property) {
				// protect against expensive (DoS) string conversions
				if (typeof property === 'string') return property;
				if (typeof property === 'number' || typeof property === 'boolean' || typeof property === 'bigint') return property.toString();
				if (property == null) return property + '';
				if (currentUnpackr.allowArraysInMapKeys && Array.isArray(property) && property.flat().every(item => ['string', 'number', 'boolean', 'bigint'].includes(typeof item))) {
					return property.flat().toString();
				}
				throw new Error(`Invalid property type for record: ${typeof property}. A MessagePack map with non-string keys can be decoded as a Map with mapsAsObjects: false`);
			}
			// the registration of the record definition extension (as "r")
			const recordDefinition = (id, highByte) => {
				let structure = read().map(asSafeString); // ensure that all keys are strings and
				// that the array is mutable
				let firstByte = id;
				if (highByte !== undefined) {
					id = id < 32 ? -((highByte << 5) + id) : ((highByte << 5) + id);
					structure.highByte = highByte;
				}
				let existingStructure = currentStructures[id];
				// If it is a shared structure, we need to restore any changes after reading.
				// Also in sequential mode, we may get incomplete reads and thus errors, and we need to restore
				// to the state prior to an incomplete read in order to properly resume, including ids that were undefined.
				if (sequentialMode || existingStructure && existingStructure.isShared) {
					let restore = currentStructures.restoreStructures || (currentStructures.restoreStructures = []);
					if (!(id in restore)) // the first is from before this read
						restore[id] = existingStructure;
				}
				currentStructures[id] = structure;
				structure.read = createStructureReader(structure, firstByte);
				// The high byte (if any) was already consumed as the `highByte` argument above, so read the
				// record body directly. Going through structure.read (a second-byte reader when highByte === 0)
				// would misinterpret the first value byte as a high byte — corrupting two-byte own-record
				// definitions (0xd5 0x72 ...). createStructureReader stashes the un-wrapped body reader on
				// structure.read0 precisely for this immediate post-definition read.
				return (structure.read0 || structure.read)();
			};
			currentExtensions[0] = () => {}; // notepack defines extension 0 to mean undefined, so use that as the default here
			currentExtensions[0].noBuffer = true;

			currentExtensions[0x42] = data => {
				let headLength = (data.byteLength % 8) || 8;
				let head = BigInt(data[0] & 0x80 ? data[0] - 0x100 : data[0]);
				for (let i = 1; i < headLength; i++) {
					head <<= BigInt(8);
					head += BigInt(data[i]);
				}
				if (data.byteLength !== headLength) {
					let view = new DataView(data.buffer, data.byteOffset, data.byteLength);
					let decode = (start, end) => {
						let length = end - start;
						if (length <= 40) {
							let out = view.getBigUint64(start);
							for (let i = start + 8; i < end; i += 8) {
								out <<= BigInt(64);
								out |= view.getBigUint64(i);
							}
							return out;
						}
						// if (length === 8) return view.getBigUint64(start)
						let middle = start + (length >> 4 << 3);
						let left = decode(start, middle);
						let right = decode(middle, end);
						return (left << BigInt((end - middle) * 8)) | right;
					};
					head = (head << BigInt((view.byteLength - headLength) * 8)) | decode(headLength, view.byteLength);
				}
				return head;
			};

			let errors = {
				Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError: typeof AggregateError === 'function' ? AggregateError : null,
			};
			currentExtensions[0x65] = () => {
				let data = read();
				if (data[0] === 'AggregateError' && errors.AggregateError) {
					// AggregateError(errors, message, options): the flat [name, message, cause] shape used for
					// other errors would put the message where the iterable goes, which is how a round-tripped
					// AggregateError ended up with message "[object Object]" and errors spelling out the message.
					// A payload written before errors were carried has only three entries; give it an empty list.
					return new errors.AggregateError(data[3] || [], data[1], { cause: data[2] });
				}
				if (!errors[data[0]]) {
					let error = Error(data[1], { cause: data[2] });
					error.name = data[0];
					return error;
				}
				return errors[data[0]](data[1], { cause: data[2] });
			};

			currentExtensions[0x69] = (data) => {
				// id extension (for structured clones)
				if (currentUnpackr.structuredClone === false) throw new Error('Structured clone extension is disabled');
				let id = dataView.getUint32(position$1 - 4);
				if (!referenceMap)
					referenceMap = new Map();
				let token = src[position$1];
				let target;
				// TODO: handle any other types that can cycle and make the code more robust if there are other extensions
				if (token >= 0x90 && token < 0xa0 || token == 0xdc || token == 0xdd)
					target = [];
				else if (token >= 0x80 && token < 0x90 || token == 0xde || token == 0xdf)
					target = new Map();
				else if ((token >= 0xc7 && token <= 0xc9 || token >= 0xd4 && token <= 0xd8) && src[position$1 + 1] === 0x73)
					target = new Set();
				else
					target = {};

				let refEntry = { target }; // a placeholder object
				referenceMap.set(id, refEntry);
				let targetProperties = read(); // read the next value as the target object to id
				if (!refEntry.used) {
					// no cycle, can just use the returned read object
					return refEntry.target = targetProperties; // replace the placeholder with the real one
				} else {
					// there is a cycle, so we have to assign properties to original target
					Object.assign(target, targetProperties);
				}

				// copy over map/set entries if we're able to
				if (target instanceof Map)
					for (let [k, v] of targetProperties.entries()) target.set(k, v);
				if (target instanceof Set)
					for (let i of Array.from(targetProperties)) target.add(i);
				return target;
			};

			currentExtensions[0x70] = (data) => {
				// pointer extension (for structured clones)
				if (currentUnpackr.structuredClone === false) throw new Error('Structured clone extension is disabled');
				let id = dataView.getUint32(position$1 - 4);
				let refEntry = referenceMap.get(id);
				refEntry.used = true;
				return refEntry.target;
			};

			currentExtensions[0x73] = () => new Set(read());

			const typedArrays = ['Int8','Uint8','Uint8Clamped','Int16','Uint16','Int32','Uint32','Float32','Float64','BigInt64','BigUint64'].map(type => type + 'Array');

			let glbl = typeof globalThis === 'object' ? globalThis : window;
			currentExtensions[0x74] = (data) => {
				let typeCode = data[0];
				// we always have to slice to get a new ArrayBuffer that is aligned
				let buffer = Uint8Array.prototype.slice.call(data, 1).buffer;

				let typedArrayName = typedArrays[typeCode];
				if (!typedArrayName) {
					if (typeCode === 16) return buffer;
					if (typeCode === 17) return new DataView(buffer);
					throw new Error('Could not find typed array for code ' + typeCode);
				}
				return new glbl[typedArrayName](buffer);
			};
			currentExtensions[0x78] = () => {
				let data = read();
				return new RegExp(data[0], data[1]);
			};
			const TEMP_BUNDLE = [];
			currentExtensions[0x62] = (data) => {
				let dataSize = (data[0] << 24) + (data[1] << 16) + (data[2] << 8) + data[3];
				let dataPosition = position$1;
				position$1 += dataSize - data.length;
				bundledStrings$1 = TEMP_BUNDLE;
				bundledStrings$1 = [readOnlyJSString(), readOnlyJSString()];
				bundledStrings$1.position0 = 0;
				bundledStrings$1.position1 = 0;
				bundledStrings$1.postBundlePosition = position$1;
				position$1 = dataPosition;
				return read();
			};

			currentExtensions[0xff] = (data) => {
				// 32-bit date extension
				if (data.length == 4)
					return new Date((data[0] * 0x1000000 + (data[1] << 16) + (data[2] << 8) + data[3]) * 1000);
				else if (data.length == 8)
					return new Date(
						((data[0] << 22) + (data[1] << 14) + (data[2] << 6) + (data[3] >> 2)) / 1000000 +
						((data[3] & 0x3) * 0x100000000 + data[4] * 0x1000000 + (data[5] << 16) + (data[6] << 8) + data[7]) * 1000);
				else if (data.length == 12)
					return new Date(
						((data[0] << 24) + (data[1] << 16) + (data[2] << 8) + data[3]) / 1000000 +
						(((data[4] & 0x80) ? -281474976710656 : 0) + data[6] * 0x10000000000 + data[7] * 0x100000000 + data[8] * 0x1000000 + (data[9] << 16) + (data[10] << 8) + data[11]) * 1000);
				else
					return new Date('invalid');
			};
			// registration of bulk record definition?
			// currentExtensions[0x52] = () =>

			function saveState(callback) {
				if (currentUnpackr && currentUnpackr._onSaveState)
					currentUnpackr._onSaveState();
				let savedSrcEnd = srcEnd;
				let savedPosition = position$1;
				let savedSrcStringStart = srcStringStart;
				let savedSrcStringEnd = srcStringEnd;
				let savedSrcString = srcString;
				let savedReferenceMap = referenceMap;
				let savedBundledStrings = bundledStrings$1;
				let savedArrayAllocationBudget = arrayAllocationBudget;

				// TODO: We may need to revisit this if we do more external calls to user code (since it could be slow)
				let savedSrc = new Uint8Array(src.slice(0, srcEnd)); // we copy the data in case it changes while external data is processed
				let savedStructures = currentStructures;
				let savedStructuresContents = currentStructures.slice(0, currentStructures.length);
				let savedPackr = currentUnpackr;
				let savedSequentialMode = sequentialMode;
				let savedFragmentEnd = fragmentEnd;
				fragmentEnd = 0;
				try {
					return callback();
				} catch (error) {
					// the callback decodes its own source (a stored structures blob, or an extension's embedded data), so a
					// truncation there cannot be completed by more of the outer input; classifyIncomplete() clears the flag
					if (error && typeof error == 'object')
						nestedUnpackErrors.add(error);
					throw error;
				} finally {
					srcEnd = savedSrcEnd;
					position$1 = savedPosition;
					srcStringStart = savedSrcStringStart;
					srcStringEnd = savedSrcStringEnd;
					srcString = savedSrcString;
					referenceMap = savedReferenceMap;
					bundledStrings$1 = savedBundledStrings;
					arrayAllocationBudget = savedArrayAllocationBudget;
					src = savedSrc;
					sequentialMode = savedSequentialMode;
					fragmentEnd = savedFragmentEnd;
					currentStructures = savedStructures;
					currentStructures.splice(0, currentStructures.length, ...savedStructuresContents);
					currentUnpackr = savedPackr;
					dataView = new DataView(src.buffer, src.byteOffset, src.byteLength);
				}
			}
			function clearSource() {
				src = null;
				referenceMap = null;
				currentStructures = null;
			}

			const builtinExtensions = currentExtensions.slice(0);
			const extensionGuards = [];

			function unframedExtensionError(type) {
				return new Error('Extension type ' + type + ' read beyond its own data, so a value with it can not be unpacked from fragmented stream input');
			}
			// the structure scanner assumes an extension reads only its data, or the one value a read extension is given
			function guardRead(type, handler, receiver) {
				return function(data, readAt) {
					let start = position$1;
					// an extension's data is read before it is called, so one in a later value starts past fragmentEnd
					if (start > fragmentEnd)
						return handler.apply(receiver || this, arguments);
					let args = arguments;
					if (typeof readAt === 'function') {
						args = [data, (readPosition) => {
							position$1 = readPosition;
							try {
								let value = read();
								if (position$1 > start)
									throw unframedExtensionError(type);
								return value;
							} finally {
								position$1 = start;
							}
						}];
					}
					let value;
					try {
						value = handler.apply(receiver || this, args);
					} catch (error) {
						if (error && error.incomplete && !nestedUnpackErrors.has(error))
							throw unframedExtensionError(type);
						throw error;
					}
					if (position$1 !== start)
						throw unframedExtensionError(type);
					return value;
				};
			}
			function guardExtension(type, extension) {
				let guard = typeof extension === 'function' ? guardRead(type, extension) : Object.create(extension);
				// defined rather than assigned, since a frozen extension's properties are read-only on its descendants
				if (typeof extension.read === 'function')
					Object.defineProperty(guard, 'read', { value: guardRead(type, extension.read, extension) });
				if (extension.noBuffer)
					Object.defineProperty(guard, 'noBuffer', { value: true });
				return guard;
			}

			// Internal hooks for the streaming structure scanner (scan.js); not part of the public API.
			const _stream = {
				// -1 for an unknown type, else how many values it reads after its data, with 2 for a string bundle
				extensionFollows(type, fixext1) {
					let extension = currentExtensions[type];
					if (!extension)
						return -1;
					if (extension === builtinExtensions[type])
						return type === 0x62 ? 2 : (type === 0x65 || type === 0x69 || type === 0x73 || type === 0x78) ? 1 : 0;
					return fixext1 && extension.read ? 1 : 0;
				},
				isCustomExtension(type) {
					let extension = currentExtensions[type];
					return extension !== undefined && extension !== builtinExtensions[type];
				},
				countKeys(unpackr, bytes) {
					let isolated = Object.create(unpackr);
					if (unpackr.getStructures) {
						isolated.getStructures = () => { throw new Error('Structures not loaded'); };
					}
					if (unpackr.structures) {
						// assigned rather than sliced, to include negative ids
						let structures = isolated.structures = Object.assign([], unpackr.structures);
						structures.restoreStructures = null;
						structures.sharedLength = structures.length;
					}
					return isolated.unpack(bytes).map(asSafeString).length;
				},
				unpackFragmented(unpackr, source, end, extensionTypes) {
					let guarded = [];
					let readers = isNativeAccelerationEnabled ;
					try {
						for (let type of extensionTypes) {
							let extension = currentExtensions[type];
							let cached = extensionGuards[type];
							if (!cached || cached.extension !== extension || cached.read !== extension.read || cached.noBuffer !== extension.noBuffer) {
								cached = extensionGuards[type] = { extension, read: extension.read, noBuffer: extension.noBuffer,
									guard: guardExtension(type, extension) };
							}
							guarded.push(type, extension, cached.guard);
							currentExtensions[type] = cached.guard;
						}
						if (readers) ;
						fragmentEnd = end;
						return unpackr.unpackMultiple(source);
					} finally {
						fragmentEnd = 0;
						for (let i = 0; i < guarded.length; i += 3) {
							if (currentExtensions[guarded[i]] === guarded[i + 2])
								currentExtensions[guarded[i]] = guarded[i + 1];
						}
					}
				}
			};

			function addExtension$1(extension) {
				if (extension.unpack)
					currentExtensions[extension.type] = extension.unpack;
				else
					currentExtensions[extension.type] = extension;
			}

			const mult10 = new Array(147); // this is a table matching binary exponents to the multiplier to determine significant digit rounding
			for (let i = 0; i < 256; i++) {
				mult10[i] = +('1e' + Math.floor(45.15 - i * 0.30103));
			}
			const Decoder = Unpackr;
			var defaultUnpackr = new Unpackr({ useRecords: false });
			const unpack = defaultUnpackr.unpack;
			const unpackMultiple = defaultUnpackr.unpackMultiple;
			const decode = defaultUnpackr.unpack;
			const FLOAT32_OPTIONS = {
				NEVER: 0,
				ALWAYS: 1,
				DECIMAL_ROUND: 3,
				DECIMAL_FIT: 4
			};
			let f32Array = new Float32Array(1);
			let u8Array = new Uint8Array(f32Array.buffer, 0, 4);
			function roundFloat32(float32Number) {
				f32Array[0] = float32Number;
				let multiplier = mult10[((u8Array[3] & 0x7f) << 1) | (u8Array[2] >> 7)];
				return ((multiplier * float32Number + (float32Number > 0 ? 0.5 : -0.5)) >> 0) / multiplier;
			}
			// Marker for downstream libraries (e.g. structon) to detect per-instance
			// struct-decoding hooks (this._readStruct, this._onLoadedStructures,
			// this._onSaveState).  See `checkedRead` for the dispatch.
			Unpackr.SUPPORTS_STRUCT_HOOKS = true;

			let textEncoder;
			try {
				textEncoder = new TextEncoder();
			} catch (error) {}
			let extensions, extensionClasses;
			const hasNodeBuffer = typeof Buffer !== 'undefined';
			const ByteArrayAllocate = hasNodeBuffer ?
				function(length) { return Buffer.allocUnsafeSlow(length); } : Uint8Array;
			const ByteArray = hasNodeBuffer ? Buffer : Uint8Array;
			const MAX_BUFFER_SIZE = hasNodeBuffer ? 0x100000000 : 0x7fd00000;
			let target, keysTarget;
			let targetView;
			let position = 0;
			let safeEnd;
			let bundledStrings = null;
			let packing = false;
			const MAX_BUNDLE_SIZE = 0x5500; // maximum characters such that the encoded bytes fits in 16 bits.
			const hasNonLatin = /[\u0080-\uFFFF]/;
			const RECORD_SYMBOL = Symbol('record-id');
			class Packr extends Unpackr {
				constructor(options) {
					super(options);
					this.offset = 0;
					let start;
					let hasSharedUpdate;
					let structures;
					let referenceMap;
					let encodeUtf8 = ByteArray.prototype.utf8Write ? function(string, position) {
						return target.utf8Write(string, position, target.byteLength - position);
					} : (textEncoder && textEncoder.encodeInto) ?
						function(string, position) {
							return textEncoder.encodeInto(string, target.subarray(position)).written;
						} : false;

					let packr = this;
					if (!options)
						options = {};
					let isSequential = options && options.sequential;
					let hasSharedStructures = options.structures || options.saveStructures;
					let maxSharedStructures = options.maxSharedStructures;
					if (maxSharedStructures == null)
						maxSharedStructures = hasSharedStructures ? 32 : 0;
					if (maxSharedStructures > 8160)
						throw new Error('Maximum maxSharedStructure is 8160');
					if (options.structuredClone && options.moreTypes == undefined) {
						this.moreTypes = true;
					}
					let maxOwnStructures = options.maxOwnStructures;
					if (maxOwnStructures == null)
						maxOwnStructures = hasSharedStructures ? 32 : 64;
					if (!this.structures && options.useRecords != false)
						this.structures = [];
					// two byte record ids for shared structures
					let useTwoByteRecords = maxSharedStructures > 32 || (maxOwnStructures + maxSharedStructures > 64);
					let sharedLimitId = maxSharedStructures + 0x40;
					let maxStructureId = maxSharedStructures + maxOwnStructures + 0x40;
					if (maxStructureId > 8256) {
						throw new Error('Maximum maxSharedStructure + maxOwnStructure is 8192');
					}
					let recordIdsToRemove = [];
					let transitionsCount = 0;
					let serializationsSinceTransitionRebuild = 0;
					let instancePacking = false;
					let reentrantDepth = 0;
					let pendingNestedStructures = null;

					this.pack = this.encode = function(value, encodeOptions) {
						if (packing) {
							return saveState(value, encodeOptions);
						}
						if (!target) {
							target = new ByteArrayAllocate(8192);
							targetView = target.dataView || (target.dataView = new DataView(target.buffer, 0, 8192));
							position = 0;
						}
						safeEnd = target.length - 10;
						if (safeEnd - position < 0x800) {
							// don't start too close to the end,
							target = new ByteArrayAllocate(target.length);
							targetView = target.dataView || (target.dataView = new DataView(target.buffer, 0, target.length));
							safeEnd = target.length - 10;
							position = 0;
						} else
							position = (position + 7) & 0x7ffffff8; // Word align to make any future copying of this buffer faster
						start = position;
						if (encodeOptions & RESERVE_START_SPACE) position += (encodeOptions & 0xff);
						referenceMap = packr.structuredClone ? new Map() : null;
						if (packr.bundleStrings && typeof value !== 'string') {
							bundledStrings = [];
							bundledStrings.size = Infinity; // force a new bundle start on first string
						} else
							bundledStrings = null;
						structures = packr.structures;
						if (structures) {
							if (structures.uninitialized)
								structures = packr._mergeStructures(packr.getStructures());
							let sharedLength = structures.sharedLength || 0;
							if (sharedLength > maxSharedStructures) {
								//if (maxSharedStructures <= 32 && structures.sharedLength > 32) // TODO: could support this, but would need to update the limit ids
								throw new Error('Shared structures is larger than maximum shared structures, try increasing maxSharedStructures to ' + structures.sharedLength);
							}
							if (!structures.transitions) {
								// rebuild our structure transitions
								rebuildTransitions(reentrantDepth && packr.saveStructures ? Math.min(sharedLength, packr.lastNamedStructuresLength || 0) : sharedLength);
								if (!reentrantDepth)
									packr.lastNamedStructuresLength = sharedLength;
							}
							if (!isSequential || !(structures.nextId >= sharedLength + 0x40)) {
								structures.nextId = sharedLength + 0x40;
							}
						}
						if (hasSharedUpdate)
							hasSharedUpdate = false;
						if (!reentrantDepth && pendingNestedStructures)
							pendingNestedStructures = null;
						let encodingError;
						packing = true;
						instancePacking = true;
						try {
							if (packr._writeStruct && !(reentrantDepth && packr.saveStructures) && value && typeof value === 'object') {
								if (value.constructor === Object) writeStruct(value); // simple object
								else if (value.constructor !== Map && !Array.isArray(value) && !extensionClasses.some(extClass => value instanceof extClass)) {
									// allow user classes, if they don't need special handling (but do use toJSON if available)
									writeStruct(packr.useToJSON !== false && value.toJSON ? value.toJSON() : value);
								} else pack(value);
							} else
								pack(value);
							let lastBundle = bundledStrings;
							if (bundledStrings)
								writeBundles(start, pack, 0);
							if (referenceMap && referenceMap.idsToInsert) {
								let idsToInsert = referenceMap.idsToInsert.sort((a, b) => a.offset > b.offset ? 1 : -1);
								let i = idsToInsert.length;
								let incrementPosition = -1;
								while (lastBundle && i > 0) {
									let insertionPoint = idsToInsert[--i].offset + start;
									if (insertionPoint < (lastBundle.stringsPosition + start) && incrementPosition === -1)
										incrementPosition = 0;
									if (insertionPoint > (lastBundle.position + start)) {
										if (incrementPosition >= 0)
											incrementPosition += 6;
									} else {
										if (incrementPosition >= 0) {
											// update the bundle reference now
											targetView.setUint32(lastBundle.position + start,
												targetView.getUint32(lastBundle.position + start) + incrementPosition);
											incrementPosition = -1; // reset
										}
										lastBundle = lastBundle.previous;
										i++;
									}
								}
								if (incrementPosition >= 0 && lastBundle) {
									// update the bundle reference now
									targetView.setUint32(lastBundle.position + start,
										targetView.getUint32(lastBundle.position + start) + incrementPosition);
								}
								position += idsToInsert.length * 6;
								if (position > safeEnd)
									makeRoom(position);
								packr.offset = position;
								let serialized = insertIds(target.subarray(start, position), idsToInsert);
								referenceMap = null;
								return serialized;
							}
							packr.offset = position; // update the offset so next serialization doesn't write over our buffer, but can continue writing to same buffer sequentially
							if (encodeOptions & REUSE_BUFFER_MODE) {
								target.start = start;
								target.end = position;
								return target;
							}
							return target.subarray(start, position); // position can change if we call pack again in saveStructures, so we get the buffer now
						} catch(error) {
							encodingError = error;
							throw error;
						} finally {
							instancePacking = false;
							if (structures) {
								resetStructures();
								if (pendingNestedStructures && !reentrantDepth) {
									let toPromote = pendingNestedStructures;
									pendingNestedStructures = null;
									if (!encodingError && packr.saveStructures) {
										let sharedLength = structures.sharedLength || 0;
										if (!structures.transitions)
											rebuildTransitions(sharedLength);
										for (let i = 0, l = toPromote.length; i < l && sharedLength < maxSharedStructures; i++) {
											let keys = toPromote[i];
											let nextTransition, transition = structures.transitions;
											for (let j = 0, kl = keys.length; j < kl; j++) {
												let key = keys[j];
												nextTransition = transition[key];
												if (!nextTransition)
													nextTransition = transition[key] = Object.create(null);
												transition = nextTransition;
											}
											if (!transition[RECORD_SYMBOL]) {
												let recordId = sharedLength + 0x40;
												keys.highByte = recordId >= 0x60 && useTwoByteRecords ? (recordId - 0x60) >> 5 : -1;
												keys.isShared = true;
												transition[RECORD_SYMBOL] = recordId;
												transition.__keys__ = keys;
												structures[sharedLength++] = keys;
												structures.sharedLength = sharedLength;
												hasSharedUpdate = true;
											}
										}
										if (!isSequential || !(structures.nextId >= sharedLength + 0x40))
											structures.nextId = sharedLength + 0x40;
									}
								}
								if (hasSharedUpdate && !reentrantDepth && packr.saveStructures) {
									let sharedLength = structures.sharedLength || 0;
									// we can't rely on start/end with REUSE_BUFFER_MODE since they will (probably) change when we save
									let returnBuffer = target.subarray(start, position);
									if (!encodingError) {
										let saveSucceeded = false;
										try {
											let newSharedData = (packr._prepareStructures || prepareStructures)(structures, packr);
											if (packr.saveStructures(newSharedData, newSharedData.isCompatible) === false) {
												// The save was declined (a concurrent writer updated the shared structures,
												// or the store transaction did not durably commit). Our in-memory
												// structures + transition trie may now reference record ids that were
												// never persisted; re-packing as-is would re-emit the same record pointing
												// at an unpersisted structure (-> "Record id is not defined" on decode).
												// Mark structures uninitialized so the re-pack reloads durable structures
												// via getStructures, rebuilds the transition trie, and re-mints + re-saves.
												structures.uninitialized = true;
												saveSucceeded = true;
												packing = false;
												return packr.pack(value, encodeOptions);
											}
											saveSucceeded = true;
										} finally {
											packing = false;
											if (!saveSucceeded) {
												structures = packr.structures;
												if (packr.getStructures)
													structures.uninitialized = true;
												structures.length = structures.sharedLength = packr.lastNamedStructuresLength || 0;
												structures.transitions = null;
											}
										}
										packr.lastNamedStructuresLength = sharedLength;
										// don't keep large buffers around
										if (target.length > 0x40000000) target = null;
										return returnBuffer;
									}
									if (packr.getStructures)
										structures.uninitialized = true;
									structures.length = structures.sharedLength = packr.lastNamedStructuresLength || 0;
									structures.transitions = null;
								}
							}
							packing = false;
							// don't keep large buffers around, they take too much memory and cause problems (limit at 1GB)
							if (target.length > 0x40000000) target = null;
							if (encodeOptions & RESET_BUFFER_MODE)
								position = start;
						}
					};
					const rebuildTransitions = (sharedLength) => {
						structures.transitions = Object.create(null);
						for (let i = 0; i < sharedLength; i++) {
							let keys = structures[i];
							if (!keys)
								continue;
							let nextTransition, transition = structures.transitions;
							for (let j = 0, l = keys.length; j < l; j++) {
								let key = keys[j];
								nextTransition = transition[key];
								if (!nextTransition) {
									nextTransition = transition[key] = Object.create(null);
								}
								transition = nextTransition;
							}
							transition[RECORD_SYMBOL] = i + 0x40;
						}
					};
					const saveState = (value, encodeOptions) => {
						let savedTarget = target;
						let savedTargetView = targetView;
						let savedPosition = position;
						let savedSafeEnd = safeEnd;
						let savedBundledStrings = bundledStrings;
						let savedStart = start;
						let savedReferenceMap = referenceMap;
						let savedHasSharedUpdate = hasSharedUpdate;
						let wasInstancePacking = instancePacking;
						let savedStructures, savedTransitions, savedNextId, savedNextOwnId, savedRecordIdsToRemove, savedRecordIds, savedOwnStructures, savedSharedLength, savedLastNamedLength, savedUnsavedShared, savedTransitionsCount, savedPendingNestedLen;
						let nestedSucceeded = false;
						if (wasInstancePacking) {
							savedPendingNestedLen = pendingNestedStructures ? pendingNestedStructures.length : 0;
							reentrantDepth++;
						}
						try {
							if (wasInstancePacking && structures) {
								savedStructures = structures;
								savedTransitions = structures.transitions;
								savedNextId = structures.nextId;
								savedNextOwnId = structures.nextOwnId;
								savedLastNamedLength = packr.lastNamedStructuresLength;
								savedSharedLength = structures.sharedLength || 0;
								savedOwnStructures = structures.slice(savedSharedLength);
								savedRecordIdsToRemove = recordIdsToRemove;
								savedRecordIds = [];
								for (let i = 0, l = recordIdsToRemove.length; i < l; i++) {
									let transition = recordIdsToRemove[i];
									let recordId = transition[RECORD_SYMBOL];
									savedRecordIds[i] = recordId;
									transition[RECORD_SYMBOL] = 0;
									if (recordId >= savedSharedLength + 0x40 && transition.__keys__)
										savedOwnStructures[recordId - savedSharedLength - 0x40] = transition.__keys__;
								}
								recordIdsToRemove = [];
								if (savedHasSharedUpdate && packr.saveStructures && savedTransitions) {
									savedUnsavedShared = [];
									for (let i = savedLastNamedLength || 0; i < savedSharedLength; i++) {
										let keys = structures[i];
										if (!keys)
											continue;
										let transition = savedTransitions;
										for (let j = 0, l = keys.length; j < l && transition; j++) {
											transition = transition[keys[j]];
										}
										if (transition && transition[RECORD_SYMBOL] === i + 0x40) {
											savedUnsavedShared.push(transition, i + 0x40, transition.__keys__);
											transition[RECORD_SYMBOL] = 0;
											transition.__keys__ = null;
										}
									}
								}
								structures.length = savedSharedLength;
								structures.nextId = savedSharedLength + 0x40;
								structures.nextOwnId = undefined;
								savedTransitionsCount = transitionsCount;
								transitionsCount = 0;
							}
							target = null;
							packing = false;
							instancePacking = false;
							let result = packr.pack(value, encodeOptions);
							nestedSucceeded = true;
							return result;
						} finally {
							if (!nestedSucceeded && wasInstancePacking && pendingNestedStructures)
								pendingNestedStructures.length = savedPendingNestedLen;
							packing = true;
							instancePacking = wasInstancePacking;
							target = savedTarget;
							targetView = savedTargetView;
							position = savedPosition;
							safeEnd = savedSafeEnd;
							bundledStrings = savedBundledStrings;
							start = savedStart;
							referenceMap = savedReferenceMap;
							if (wasInstancePacking) {
								reentrantDepth--;
								hasSharedUpdate = savedHasSharedUpdate || hasSharedUpdate;
								structures = packr.structures;
								if (structures && savedOwnStructures) {
									if (recordIdsToRemove !== savedRecordIdsToRemove) {
										for (let i = 0, l = recordIdsToRemove.length; i < l; i++) {
											recordIdsToRemove[i][RECORD_SYMBOL] = 0;
										}
									}
									let currentSharedLength = structures.sharedLength || 0;
									if (structures !== savedStructures) {
										if (savedHasSharedUpdate || savedOwnStructures.length > 0) {
											for (let i = 0; i < savedSharedLength; i++) {
												if (savedStructures[i] !== undefined)
													structures[i] = savedStructures[i];
											}
											currentSharedLength = structures.sharedLength = structures.length = savedSharedLength;
											packr.lastNamedStructuresLength = savedLastNamedLength;
										} else if (!reentrantDepth && !hasSharedUpdate) {
											packr.lastNamedStructuresLength = currentSharedLength;
										}
									}
									structures.length = Math.max(currentSharedLength, savedSharedLength + savedOwnStructures.length);
									for (let i = Math.max(0, currentSharedLength - savedSharedLength), l = savedOwnStructures.length; i < l; i++) {
										if (savedOwnStructures[i] !== undefined)
											structures[savedSharedLength + i] = savedOwnStructures[i];
									}
									if (structures.transitions !== savedTransitions || structures !== savedStructures) {
										if (structures === savedStructures && !structures.transitions && currentSharedLength === savedSharedLength) {
											structures.transitions = savedTransitions;
										} else {
											rebuildTransitions(reentrantDepth && packr.saveStructures ? Math.min(currentSharedLength, packr.lastNamedStructuresLength || 0) : currentSharedLength);
											savedUnsavedShared = null;
											savedRecordIdsToRemove = [];
											savedRecordIds = [];
											for (let i = Math.max(0, currentSharedLength - savedSharedLength), l = savedOwnStructures.length; i < l; i++) {
												let keys = savedOwnStructures[i];
												if (!keys)
													continue;
												let nextTransition, transition = structures.transitions;
												for (let j = 0, kl = keys.length; j < kl; j++) {
													let key = keys[j];
													nextTransition = transition[key];
													if (!nextTransition)
														nextTransition = transition[key] = Object.create(null);
													transition = nextTransition;
												}
												if (!transition[RECORD_SYMBOL]) {
													savedRecordIdsToRemove.push(transition);
													savedRecordIds.push(savedSharedLength + i + 0x40);
												}
											}
										}
									}
									if (savedUnsavedShared) {
										for (let i = 0, l = savedUnsavedShared.length; i < l; i += 3) {
											savedUnsavedShared[i][RECORD_SYMBOL] = savedUnsavedShared[i + 1];
											savedUnsavedShared[i].__keys__ = savedUnsavedShared[i + 2];
										}
									}
									recordIdsToRemove = savedRecordIdsToRemove;
									for (let i = 0, l = savedRecordIds.length; i < l; i++) {
										if (!recordIdsToRemove[i][RECORD_SYMBOL])
											recordIdsToRemove[i][RECORD_SYMBOL] = savedRecordIds[i];
									}
									structures.nextId = !(savedNextId >= currentSharedLength + 0x40) ? currentSharedLength + 0x40 : savedNextId;
									structures.nextOwnId = savedNextOwnId;
									if (savedTransitionsCount !== undefined)
										transitionsCount += savedTransitionsCount;
								}
							} else {
								hasSharedUpdate = savedHasSharedUpdate;
							}
						}
					};
					const resetStructures = () => {
						if (serializationsSinceTransitionRebuild < 10)
							serializationsSinceTransitionRebuild++;
						let sharedLength = structures.sharedLength || 0;
						if (structures.length > sharedLength && !isSequential)
							structures.length = sharedLength;
						if (transitionsCount > 10000 && !reentrantDepth) {
							// force a rebuild occasionally after a lot of transitions so it can get cleaned up
							structures.transitions = null;
							serializationsSinceTransitionRebuild = 0;
							transitionsCount = 0;
							if (recordIdsToRemove.length > 0)
								recordIdsToRemove = [];
						} else if (recordIdsToRemove.length > 0 && !isSequential) {
							for (let i = 0, l = recordIdsToRemove.length; i < l; i++) {
								recordIdsToRemove[i][RECORD_SYMBOL] = 0;
							}
							recordIdsToRemove = [];
						}
					};
					const packArray = (value) => {
						var length = value.length;
						if (length < 0x10) {
							target[position++] = 0x90 | length;
						} else if (length < 0x10000) {
							target[position++] = 0xdc;
							target[position++] = length >> 8;
							target[position++] = length & 0xff;
						} else {
							target[position++] = 0xdd;
							targetView.setUint32(position, length);
							position += 4;
						}
						for (let i = 0; i < length; i++) {
							pack(value[i]);
						}
					};
					const pack = (value) => {
						if (position > safeEnd)
							target = makeRoom(position);

						var type = typeof value;
						var length;
						if (type === 'string') {
							let strLength = value.length;
							if (bundledStrings && strLength >= 4 && strLength < 0x1000) {
								if ((bundledStrings.size += strLength) > MAX_BUNDLE_SIZE) {
									let extStart;
									let maxBytes = (bundledStrings[0] ? bundledStrings[0].length * 3 + bundledStrings[1].length : 0) + 10;
									if (position + maxBytes > safeEnd)
										target = makeRoom(position + maxBytes);
									let lastBundle;
									if (bundledStrings.position) { // here we use the 0x62 extension to write the last bundle and reserve space for the reference pointer to the next/current bundle
										lastBundle = bundledStrings;
										target[position] = 0xc8; // ext 16
										position += 3; // reserve for the writing bundle size
										target[position++] = 0x62; // 'b'
										extStart = position - start;
										position += 4; // reserve for writing bundle reference
										writeBundles(start, pack, 0); // write the last bundles
										targetView.setUint16(extStart + start - 3, position - start - extStart);
									} else { // here we use the 0x62 extension just to reserve the space for the reference pointer to the bundle (will be updated once the bundle is written)
										target[position++] = 0xd6; // fixext 4
										target[position++] = 0x62; // 'b'
										extStart = position - start;
										position += 4; // reserve for writing bundle reference
									}
									bundledStrings = ['', '']; // create new ones
									bundledStrings.previous = lastBundle;
									bundledStrings.size = 0;
									bundledStrings.position = extStart;
								}
								let twoByte = hasNonLatin.test(value);
								bundledStrings[twoByte ? 0 : 1] += value;
								target[position++] = 0xc1;
								pack(twoByte ? -strLength : strLength);
								return;
							}
							let headerSize;
							// first we estimate the header size, so we can write to the correct location
							if (strLength < 0x20) {
								headerSize = 1;
							} else if (strLength < 0x100) {
								headerSize = 2;
							} else if (strLength < 0x10000) {
								headerSize = 3;
							} else {
								headerSize = 5;
							}
							let maxBytes = strLength * 3;
							if (position + maxBytes > safeEnd)
								target = makeRoom(position + maxBytes);

							if (strLength < 0x40 || !encodeUtf8) {
								let i, c1, c2, strPosition = position + headerSize;
								for (i = 0; i < strLength; i++) {
									c1 = value.charCodeAt(i);
									if (c1 < 0x80) {
										target[strPosition++] = c1;
									} else if (c1 < 0x800) {
										target[strPosition++] = c1 >> 6 | 0xc0;
										target[strPosition++] = c1 & 0x3f | 0x80;
									} else if (
										(c1 & 0xfc00) === 0xd800 &&
										((c2 = value.charCodeAt(i + 1)) & 0xfc00) === 0xdc00
									) {
										c1 = 0x10000 + ((c1 & 0x03ff) << 10) + (c2 & 0x03ff);
										i++;
										target[strPosition++] = c1 >> 18 | 0xf0;
										target[strPosition++] = c1 >> 12 & 0x3f | 0x80;
										target[strPosition++] = c1 >> 6 & 0x3f | 0x80;
										target[strPosition++] = c1 & 0x3f | 0x80;
									} else if ((c1 & 0xf800) === 0xd800) {
										// A lone surrogate cannot be encoded in UTF-8. The standard encoder
										// (and TextEncoder) writes U+FFFD for it; do the same here so the
										// bytes do not depend on the string length.
										target[strPosition++] = 0xef;
										target[strPosition++] = 0xbf;
										target[strPosition++] = 0xbd;
									} else {
										target[strPosition++] = c1 >> 12 | 0xe0;
										target[strPosition++] = c1 >> 6 & 0x3f | 0x80;
										target[strPosition++] = c1 & 0x3f | 0x80;
									}
								}
								length = strPosition - position - headerSize;
							} else {
								length = encodeUtf8(value, position + headerSize);
							}

							if (length < 0x20) {
								target[position++] = 0xa0 | length;
							} else if (length < 0x100) {
								if (headerSize < 2) {
									target.copyWithin(position + 2, position + 1, position + 1 + length);
								}
								target[position++] = 0xd9;
								target[position++] = length;
							} else if (length < 0x10000) {
								if (headerSize < 3) {
									target.copyWithin(position + 3, position + 2, position + 2 + length);
								}
								target[position++] = 0xda;
								target[position++] = length >> 8;
								target[position++] = length & 0xff;
							} else {
								if (headerSize < 5) {
									target.copyWithin(position + 5, position + 3, position + 3 + length);
								}
								target[position++] = 0xdb;
								targetView.setUint32(position, length);
								position += 4;
							}
							position += length;
						} else if (type === 'number') {
							if (value >>> 0 === value) {// positive integer, 32-bit or less
								// positive uint
								if (value < 0x20 || (value < 0x80 && this.useRecords === false) || (value < 0x40 && !this._writeStruct)) {
									target[position++] = value;
								} else if (value < 0x100) {
									target[position++] = 0xcc;
									target[position++] = value;
								} else if (value < 0x10000) {
									target[position++] = 0xcd;
									target[position++] = value >> 8;
									target[position++] = value & 0xff;
								} else {
									target[position++] = 0xce;
									targetView.setUint32(position, value);
									position += 4;
								}
							} else if (value >> 0 === value) { // negative integer
								if (value >= -32) {
									target[position++] = 0x100 + value;
								} else if (value >= -128) {
									target[position++] = 0xd0;
									target[position++] = value + 0x100;
								} else if (value >= -32768) {
									target[position++] = 0xd1;
									targetView.setInt16(position, value);
									position += 2;
								} else {
									target[position++] = 0xd2;
									targetView.setInt32(position, value);
									position += 4;
								}
							} else {
								let useFloat32;
								if ((useFloat32 = this.useFloat32) > 0 && value < 0x100000000 && value >= -2147483648) {
									target[position++] = 0xca;
									targetView.setFloat32(position, value);
									let xShifted;
									if (useFloat32 < 4 ||
											// this checks for rounding of numbers that were encoded in 32-bit float to nearest significant decimal digit that could be preserved
											((xShifted = value * mult10[((target[position] & 0x7f) << 1) | (target[position + 1] >> 7)]) >> 0) === xShifted) {
										position += 4;
										return;
									} else
										position--; // move back into position for writing a double
								}
								target[position++] = 0xcb;
								targetView.setFloat64(position, value);
								position += 8;
							}
						} else if (type === 'object' || type === 'function') {
							if (!value)
								target[position++] = 0xc0;
							else {
								if (referenceMap) {
									let referee = referenceMap.get(value);
									if (referee) {
										if (!referee.id) {
											let idsToInsert = referenceMap.idsToInsert || (referenceMap.idsToInsert = []);
											referee.id = idsToInsert.push(referee);
										}
										target[position++] = 0xd6; // fixext 4
										target[position++] = 0x70; // "p" for pointer
										targetView.setUint32(position, referee.id);
										position += 4;
										return;
									} else
										referenceMap.set(value, { offset: position - start });
								}
								let constructor = value.constructor;
								if (constructor === Object) {
									writeObject(value);
								} else if (constructor === Array) {
									packArray(value);
								} else if (constructor === Map) {
									if (this.mapAsEmptyObject) target[position++] = 0x80;
									else {
										length = value.size;
										if (length < 0x10) {
											target[position++] = 0x80 | length;
										} else if (length < 0x10000) {
											target[position++] = 0xde;
											target[position++] = length >> 8;
											target[position++] = length & 0xff;
										} else {
											target[position++] = 0xdf;
											targetView.setUint32(position, length);
											position += 4;
										}
										for (let [key, entryValue] of value) {
											pack(key);
											pack(entryValue);
										}
									}
								} else {
									for (let i = 0, l = extensions.length; i < l; i++) {
										let extensionClass = extensionClasses[i];
										if (value instanceof extensionClass) {
											// A toJSON that no built-in provides is a user hook, and plain objects
											// and Map subclasses are already serialized through it. Subclasses of
											// Set, Error, RegExp and ArrayBuffer match their extension class here,
											// so without this their hook was skipped and their own fields were
											// written instead. Date has a built-in toJSON and is serialized with the
											// timestamp extension, so it keeps the extension. Byte views (Buffer,
											// typed arrays, DataView) always keep the byte extension: a Buffer
											// polyfill (the buffer package, for browsers) has a toJSON of its own,
											// not the global Buffer's, so comparing toJSON functions misses it and
											// it would be written as {type, data}. Instances of the extension class
											// itself skip the lookup, which keeps packing plain Dates and Sets fast.
											// An extension registered with addExtension is an explicit choice of
											// encoding for that class and its subclasses, so it always wins over
											// toJSON; addExtension prepends, so the built-ins are the last entries.
											if (value.constructor !== extensionClass && i >= l - builtInExtensionCount &&
													packr.useToJSON !== false && value.toJSON !== undefined &&
													value.toJSON !== dateToJSON && !ArrayBuffer.isView(value)) {
												break; // fall through to the generic toJSON handling below
											}
											let extension = extensions[i];
											if (extension.write) {
												if (extension.type) {
													target[position++] = 0xd4; // one byte "tag" extension
													target[position++] = extension.type;
													target[position++] = 0;
												}
												let writeResult = extension.write.call(this, value);
												if (writeResult === value) { // avoid infinite recursion
													if (Array.isArray(value)) {
														packArray(value);
													} else {
														writeObject(value);
													}
												} else {
													pack(writeResult);
												}
												return;
											}
											let currentTarget = target;
											let currentTargetView = targetView;
											let currentPosition = position;
											let currentBundledStrings = bundledStrings;
											target = null;
											let result;
											try {
												result = extension.pack.call(this, value, (size) => {
													// restore target and use it
													target = currentTarget;
													currentTarget = null;
													position += size;
													if (position > safeEnd)
														makeRoom(position);
													return {
														target, targetView, position: position - size
													};
												}, pack);
											} finally {
												// restore current target information (unless already restored)
												if (currentTarget) {
													target = currentTarget;
													targetView = currentTargetView;
													position = currentPosition;
													bundledStrings = currentBundledStrings;
													safeEnd = target.length - 10;
												}
											}
											if (result) {
												if (result.length + position > safeEnd)
													makeRoom(result.length + position);
												position = writeExtensionData(result, target, position, extension.type);
											}
											return;
										}
									}
									// check isArray after extensions, because extensions can extend Array
									if (Array.isArray(value)) {
										packArray(value);
									} else {
										// use this as an alternate mechanism for expressing how to serialize
										if (packr.useToJSON !== false && value.toJSON) {
											const json = value.toJSON();
											// if for some reason value.toJSON returns itself it'll loop forever
											if (json !== value)
												return pack(json);
										}

										// if there is a writeFunction, use it, otherwise just encode as undefined
										if (type === 'function')
											return pack(this.writeFunction && this.writeFunction(value));

										// no extension found, write as plain object
										writeObject(value);
									}
								}
							}
						} else if (type === 'boolean') {
							target[position++] = value ? 0xc3 : 0xc2;
						} else if (type === 'bigint') {
							if (value < 0x8000000000000000 && value >= -9223372036854776e3) {
								// use a signed int as long as it fits
								target[position++] = 0xd3;
								targetView.setBigInt64(position, value);
							} else if (value < 0x10000000000000000 && value > 0) {
								// if we can fit an unsigned int, use that
								target[position++] = 0xcf;
								targetView.setBigUint64(position, value);
							} else {
								// overflow
								if (this.largeBigIntToFloat) {
									target[position++] = 0xcb;
									targetView.setFloat64(position, Number(value));
								} else if (this.largeBigIntToString) {
									return pack(value.toString());
								} else if (this.useBigIntExtension || this.moreTypes) {
									let empty = value < 0 ? BigInt(-1) : BigInt(0);

									let array;
									if (value >> BigInt(0x10000) === empty) {
										let mask = BigInt(0x10000000000000000) - BigInt(1); // literal would overflow
										let chunks = [];
										while (true) {
											chunks.push(value & mask);
											if ((value >> BigInt(63)) === empty) break;
											value >>= BigInt(64);
										}

										array = new Uint8Array(new BigUint64Array(chunks).buffer);
										array.reverse();
									} else {
										let invert = value < 0;
										let string = (invert ? ~value : value).toString(16);
										if (string.length % 2) {
											string = '0' + string;
										} else if (parseInt(string.charAt(0), 16) >= 8) {
											string = '00' + string;
										}

										if (hasNodeBuffer) {
											array = Buffer.from(string, 'hex');
										} else {
											array = new Uint8Array(string.length / 2);
											for (let i = 0; i < array.length; i++) {
												array[i] = parseInt(string.slice(i * 2, i * 2 + 2), 16);
											}
										}

										if (invert) {
											for (let i = 0; i < array.length; i++) array[i] = ~array[i];
										}
									}

									if (array.length + position > safeEnd)
										makeRoom(array.length + position);
									position = writeExtensionData(array, target, position, 0x42);
									return;
								} else {
									throw new RangeError(value + ' was too large to fit in MessagePack 64-bit integer format, use' +
										' useBigIntExtension, or set largeBigIntToFloat to convert to float-64, or set' +
										' largeBigIntToString to convert to string');
								}
							}
							position += 8;
						} else if (type === 'undefined') {
							if (this.encodeUndefinedAsNil)
								target[position++] = 0xc0;
							else {
								target[position++] = 0xd4; // a number of implementations use fixext1 with type 0, data 0 to denote undefined, so we follow suite
								target[position++] = 0;
								target[position++] = 0;
							}
						} else {
							throw new Error('Unknown type: ' + type);
						}
					};

					const writePlainObject = (this.variableMapSize || this.coercibleKeyAsNumber || this.skipValues) ? (object) => {
						// this method is slightly slower, but generates "preferred serialization" (optimally small for smaller objects)
						let keys;
						if (this.skipValues) {
							keys = [];
							for (let key in object) {
								if ((typeof object.hasOwnProperty !== 'function' || object.hasOwnProperty(key)) &&
									!this.skipValues.includes(object[key]))
									keys.push(key);
							}
						} else {
							keys = Object.keys(object);
						}
						let length = keys.length;
						if (length < 0x10) {
							target[position++] = 0x80 | length;
						} else if (length < 0x10000) {
							target[position++] = 0xde;
							target[position++] = length >> 8;
							target[position++] = length & 0xff;
						} else {
							target[position++] = 0xdf;
							targetView.setUint32(position, length);
							position += 4;
						}
						let key;
						if (this.coercibleKeyAsNumber) {
							for (let i = 0; i < length; i++) {
								key = keys[i];
								let num = Number(key);
								pack(isNaN(num) ? key : num);
								pack(object[key]);
							}

						} else {
							for (let i = 0; i < length; i++) {
								pack(key = keys[i]);
								pack(object[key]);
							}
						}
					} :
					(object) => {
						target[position++] = 0xde; // always using map 16, so we can preallocate and set the length afterwards
						let objectOffset = position - start;
						position += 2;
						let size = 0;
						for (let key in object) {
							if (typeof object.hasOwnProperty !== 'function' || object.hasOwnProperty(key)) {
								pack(key);
								pack(object[key]);
								size++;
							}
						}
						if (size > 0xffff) {
							throw new Error('Object is too large to serialize with fast 16-bit map size,' +
							' use the "variableMapSize" option to serialize this object');
						}
						target[objectOffset++ + start] = size >> 8;
						target[objectOffset + start] = size & 0xff;
					};

					const writeRecord = this.useRecords === false ? writePlainObject :
					(options.progressiveRecords && !useTwoByteRecords && maxOwnStructures > 0) ?  // this is about 2% faster for highly stable structures, since it only requires one for-in loop (but much more expensive when new structure needs to be written)
					(object) => {
						let nextTransition, transition = structures.transitions || (structures.transitions = Object.create(null));
						let objectOffset = position++ - start;
						let wroteKeys;
						for (let key in object) {
							if (typeof object.hasOwnProperty !== 'function' || object.hasOwnProperty(key)) {
								nextTransition = transition[key];
								if (nextTransition)
									transition = nextTransition;
								else {
									// record doesn't exist, create full new record and insert it
									let keys = Object.keys(object);
									let lastTransition = transition;
									transition = structures.transitions;
									let newTransitions = 0;
									for (let i = 0, l = keys.length; i < l; i++) {
										let key = keys[i];
										nextTransition = transition[key];
										if (!nextTransition) {
											nextTransition = transition[key] = Object.create(null);
											newTransitions++;
										}
										transition = nextTransition;
									}
									if (objectOffset + start + 1 == position) {
										// first key, so we don't need to insert, we can just write record directly
										position--;
										newRecord(transition, keys, newTransitions);
									} else // otherwise we need to insert the record, moving existing data after the record
										insertNewRecord(transition, keys, objectOffset, newTransitions);
									wroteKeys = true;
									transition = lastTransition[key];
								}
								pack(object[key]);
							}
						}
						if (!wroteKeys) {
							let recordId = transition[RECORD_SYMBOL];
							if (recordId)
								target[objectOffset + start] = recordId;
							else
								insertNewRecord(transition, Object.keys(object), objectOffset, 0);
						}
					} :
					(object) => {
						let nextTransition, transition = structures.transitions || (structures.transitions = Object.create(null));
						let newTransitions = 0;
						for (let key in object) if (typeof object.hasOwnProperty !== 'function' || object.hasOwnProperty(key)) {
							nextTransition = transition[key];
							if (!nextTransition) {
								nextTransition = transition[key] = Object.create(null);
								newTransitions++;
							}
							transition = nextTransition;
						}
						let recordId = transition[RECORD_SYMBOL];
						if (recordId) {
							if (recordId >= 0x60 && useTwoByteRecords) {
								target[position++] = ((recordId -= 0x60) & 0x1f) + 0x60;
								target[position++] = recordId >> 5;
							} else
								target[position++] = recordId;
						} else if (newRecord(transition, transition.__keys__ || Object.keys(object), newTransitions) === false) {
							return writePlainObject(object);
						}
						// now write the values
						for (let key in object)
							if (typeof object.hasOwnProperty !== 'function' || object.hasOwnProperty(key)) {
								pack(object[key]);
							}
					};

					// create reference to useRecords if useRecords is a function
					const checkUseRecords = typeof this.useRecords == 'function' && this.useRecords;

					const writeObject = checkUseRecords ? (object) => {
						checkUseRecords(object) ? writeRecord(object) : writePlainObject(object);
					} : writeRecord;

					const writeStruct = (object) => {
						let newPosition = packr._writeStruct(object, target, start, position, structures, makeRoom, (value, newPosition, notifySharedUpdate) => {
							if (notifySharedUpdate)
								return hasSharedUpdate = true;
							position = newPosition;
							let startTarget = target;
							pack(value);
							resetStructures();
							if (startTarget !== target) {
								return { position, targetView, target }; // indicate the buffer was re-allocated
							}
							return position;
						});
						if (newPosition === 0) // bail and go to a msgpack object
							return writeObject(object);
						position = newPosition;
					};

					const makeRoom = (end) => {
						let newSize;
						if (end > 0x1000000) {
							// special handling for really large buffers
							if ((end - start) > MAX_BUFFER_SIZE)
								throw new Error('Packed buffer would be larger than maximum buffer size');
							newSize = Math.min(MAX_BUFFER_SIZE,
								Math.round(Math.max((end - start) * (end > 0x4000000 ? 1.25 : 2), 0x400000) / 0x1000) * 0x1000);
						} else // faster handling for smaller buffers
							newSize = ((Math.max((end - start) << 2, target.length - 1) >> 12) + 1) << 12;
						let newBuffer = new ByteArrayAllocate(newSize);
						targetView = newBuffer.dataView || (newBuffer.dataView = new DataView(newBuffer.buffer, 0, newSize));
						end = Math.min(end, target.length);
						if (target.copy)
							target.copy(newBuffer, 0, start, end);
						else
							newBuffer.set(target.slice(start, end));
						position -= start;
						start = 0;
						safeEnd = newBuffer.length - 10;
						return target = newBuffer;
					};
					const newRecord = (transition, keys, newTransitions) => {
						let recordId = structures.nextId;
						if (!recordId)
							recordId = 0x40;
						if (recordId < sharedLimitId && ((reentrantDepth && this.saveStructures) || (this.shouldShareStructure && !this.shouldShareStructure(keys)))) {
							if (reentrantDepth && this.saveStructures && !(this.shouldShareStructure && !this.shouldShareStructure(keys)))
								(pendingNestedStructures || (pendingNestedStructures = [])).push(keys);
							if (!maxOwnStructures)
								return false;
							recordId = structures.nextOwnId;
							if (!(recordId < maxStructureId))
								recordId = sharedLimitId;
							structures.nextOwnId = recordId + 1;
						} else {
							if (recordId >= maxStructureId) {// cycle back around
								if (!maxOwnStructures)
									return false;
								recordId = sharedLimitId;
							}
							structures.nextId = recordId + 1;
						}
						let highByte = keys.highByte = recordId >= 0x60 && useTwoByteRecords ? (recordId - 0x60) >> 5 : -1;
						transition[RECORD_SYMBOL] = recordId;
						transition.__keys__ = keys;
						structures[recordId - 0x40] = keys;

						if (recordId < sharedLimitId) {
							keys.isShared = true;
							structures.sharedLength = recordId - 0x3f;
							hasSharedUpdate = true;
							if (highByte >= 0) {
								target[position++] = (recordId & 0x1f) + 0x60;
								target[position++] = highByte;
							} else {
								target[position++] = recordId;
							}
						} else {
							if (highByte >= 0) {
								target[position++] = 0xd5; // fixext 2
								target[position++] = 0x72; // "r" record defintion extension type
								target[position++] = (recordId & 0x1f) + 0x60;
								target[position++] = highByte;
							} else {
								target[position++] = 0xd4; // fixext 1
								target[position++] = 0x72; // "r" record defintion extension type
								target[position++] = recordId;
							}

							if (newTransitions)
								transitionsCount += serializationsSinceTransitionRebuild * newTransitions;
							// record the removal of the id, we can maintain our shared structure
							if (recordIdsToRemove.length >= maxOwnStructures)
								recordIdsToRemove.shift()[RECORD_SYMBOL] = 0; // we are cycling back through, and have to remove old ones
							recordIdsToRemove.push(transition);
							pack(keys);
						}
					};
					const insertNewRecord = (transition, keys, insertionOffset, newTransitions) => {
						let mainTarget = target;
						let mainPosition = position;
						let mainSafeEnd = safeEnd;
						let mainStart = start;
						target = keysTarget;
						position = 0;
						start = 0;
						if (!target)
							keysTarget = target = new ByteArrayAllocate(8192);
						safeEnd = target.length - 10;
						newRecord(transition, keys, newTransitions);
						keysTarget = target;
						let keysPosition = position;
						target = mainTarget;
						position = mainPosition;
						safeEnd = mainSafeEnd;
						start = mainStart;
						if (keysPosition > 1) {
							let newEnd = position + keysPosition - 1;
							if (newEnd > safeEnd)
								makeRoom(newEnd);
							let insertionPosition = insertionOffset + start;
							target.copyWithin(insertionPosition + keysPosition, insertionPosition + 1, position);
							target.set(keysTarget.slice(0, keysPosition), insertionPosition);
							position = newEnd;
						} else {
							target[insertionOffset + start] = keysTarget[0];
						}
					};
				}
				useBuffer(buffer) {
					// this means we are finished using our own buffer and we can write over it safely
					target = buffer;
					target.dataView || (target.dataView = new DataView(target.buffer, target.byteOffset, target.byteLength));
					targetView = target.dataView;
					position = 0;
				}
				set position (value) {
					position = value;
				}
				get position() {
					return position;
				}
				clearSharedData() {
					if (this.structures) {
						this.structures = [];
						this.lastNamedStructuresLength = 0;
					}
					if (this.typedStructs)
						this.typedStructs = [];
				}
			}

			// toJSON implementation that belongs to a built-in msgpackr serializes with an extension
			const dateToJSON = Date.prototype.toJSON;
			extensionClasses = [ Date, Set, Error, RegExp, ArrayBuffer, Object.getPrototypeOf(Uint8Array.prototype).constructor /*TypedArray*/, DataView, C1Type ];
			extensions = [{
				pack(date, allocateForWrite, pack) {
					let seconds = date.getTime() / 1000;
					if ((this.useTimestamp32 || date.getMilliseconds() === 0) && seconds >= 0 && seconds < 0x100000000) {
						// Timestamp 32
						let { target, targetView, position} = allocateForWrite(6);
						target[position++] = 0xd6;
						target[position++] = 0xff;
						targetView.setUint32(position, seconds);
					} else if (seconds > 0 && seconds < 0x400000000) {
						// Timestamp 64
						let { target, targetView, position} = allocateForWrite(10);
						target[position++] = 0xd7;
						target[position++] = 0xff;
						targetView.setUint32(position, date.getMilliseconds() * 4000000 + ((seconds / 0x100000000) >> 0));
						targetView.setUint32(position + 4, seconds);
					} else if (isNaN(seconds)) {
						if (this.onInvalidDate) {
							allocateForWrite(0);
							return pack(this.onInvalidDate());
						}
						// Intentionally invalid timestamp
						let { target, targetView, position} = allocateForWrite(3);
						target[position++] = 0xd4;
						target[position++] = 0xff;
						target[position++] = 0xff;
					} else {
						// Timestamp 96
						let { target, targetView, position} = allocateForWrite(15);
						target[position++] = 0xc7;
						target[position++] = 12;
						target[position++] = 0xff;
						targetView.setUint32(position, date.getMilliseconds() * 1000000);
						targetView.setBigInt64(position + 4, BigInt(Math.floor(seconds)));
					}
				}
			}, {
				pack(set, allocateForWrite, pack) {
					if (this.setAsEmptyObject) {
						allocateForWrite(0);
						return pack({});
					}
					let array = Array.from(set);
					let { target, position} = allocateForWrite(this.moreTypes ? 3 : 0);
					if (this.moreTypes) {
						target[position++] = 0xd4;
						target[position++] = 0x73; // 's' for Set
						target[position++] = 0;
					}
					pack(array);
				}
			}, {
				pack(error, allocateForWrite, pack) {
					let { target, position} = allocateForWrite(this.moreTypes ? 3 : 0);
					if (this.moreTypes) {
						target[position++] = 0xd4;
						target[position++] = 0x65; // 'e' for error
						target[position++] = 0;
					}
					let errorData = [error.name, error.message, error.cause];
					// AggregateError's first constructor argument is the iterable of errors, not a message, so
					// the flat [name, message, cause] shape cannot rebuild one: the unpacker would pass the
					// message as the iterable and the options object as the message. Carry the errors too.
					if (typeof AggregateError === 'function' && error instanceof AggregateError) {
						errorData.push(error.errors);
					}
					pack(errorData);
				}
			}, {
				pack(regex, allocateForWrite, pack) {
					let { target, position} = allocateForWrite(this.moreTypes ? 3 : 0);
					if (this.moreTypes) {
						target[position++] = 0xd4;
						target[position++] = 0x78; // 'x' for regeXp
						target[position++] = 0;
					}
					pack([ regex.source, regex.flags ]);
				}
			}, {
				pack(arrayBuffer, allocateForWrite) {
					if (this.moreTypes)
						writeExtBuffer(arrayBuffer, 0x10, allocateForWrite);
					else
						writeBuffer(arrayBuffer, allocateForWrite);
				}
			}, {
				pack(typedArray, allocateForWrite) {
					let constructor = typedArray.constructor;
					if (constructor !== ByteArray && this.moreTypes)
						writeExtBuffer(typedArray, typedArrays.indexOf(constructor.name), allocateForWrite);
					else
						writeBuffer(typedArray, allocateForWrite);
				}
			}, {
				pack(arrayBuffer, allocateForWrite) {
					if (this.moreTypes)
						writeExtBuffer(arrayBuffer, 0x11, allocateForWrite);
					else
						writeBuffer(arrayBuffer, allocateForWrite);
				}
			}, {
				pack(c1, allocateForWrite) { // specific 0xC1 object
					let { target, position} = allocateForWrite(1);
					target[position] = 0xc1;
				}
			}];
			const builtInExtensionCount = extensions.length;

			function writeExtBuffer(typedArray, type, allocateForWrite, encode) {
				let length = typedArray.byteLength;
				if (length + 1 < 0x100) {
					var { target, position } = allocateForWrite(4 + length);
					target[position++] = 0xc7;
					target[position++] = length + 1;
				} else if (length + 1 < 0x10000) {
					var { target, position } = allocateForWrite(5 + length);
					target[position++] = 0xc8;
					target[position++] = (length + 1) >> 8;
					target[position++] = (length + 1) & 0xff;
				} else {
					var { target, position, targetView } = allocateForWrite(7 + length);
					target[position++] = 0xc9;
					targetView.setUint32(position, length + 1); // plus one for the type byte
					position += 4;
				}
				target[position++] = 0x74; // "t" for typed array
				target[position++] = type;
				if (!typedArray.buffer) typedArray = new Uint8Array(typedArray);
				target.set(new Uint8Array(typedArray.buffer, typedArray.byteOffset, typedArray.byteLength), position);
			}
			function writeBuffer(buffer, allocateForWrite) {
				// `target.set` copies element-wise and ignores an ArrayBuffer, so anything but a byte array is
				// re-viewed as the bytes it spans (Buffers and Uint8Arrays skip the allocation)
				if (buffer.BYTES_PER_ELEMENT !== 1)
					buffer = buffer.buffer ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength) : new Uint8Array(buffer);
				let length = buffer.byteLength;
				var target, position;
				if (length < 0x100) {
					var { target, position } = allocateForWrite(length + 2);
					target[position++] = 0xc4;
					target[position++] = length;
				} else if (length < 0x10000) {
					var { target, position } = allocateForWrite(length + 3);
					target[position++] = 0xc5;
					target[position++] = length >> 8;
					target[position++] = length & 0xff;
				} else {
					var { target, position, targetView } = allocateForWrite(length + 5);
					target[position++] = 0xc6;
					targetView.setUint32(position, length);
					position += 4;
				}
				target.set(buffer, position);
			}

			function writeExtensionData(result, target, position, type) {
				let length = result.length;
				switch (length) {
					case 1:
						target[position++] = 0xd4;
						break;
					case 2:
						target[position++] = 0xd5;
						break;
					case 4:
						target[position++] = 0xd6;
						break;
					case 8:
						target[position++] = 0xd7;
						break;
					case 16:
						target[position++] = 0xd8;
						break;
					default:
						if (length < 0x100) {
							target[position++] = 0xc7;
							target[position++] = length;
						} else if (length < 0x10000) {
							target[position++] = 0xc8;
							target[position++] = length >> 8;
							target[position++] = length & 0xff;
						} else {
							target[position++] = 0xc9;
							target[position++] = length >> 24;
							target[position++] = (length >> 16) & 0xff;
							target[position++] = (length >> 8) & 0xff;
							target[position++] = length & 0xff;
						}
				}
				target[position++] = type;
				target.set(result, position);
				position += length;
				return position;
			}

			function insertIds(serialized, idsToInsert) {
				// insert the ids that need to be referenced for structured clones
				let nextId;
				let distanceToMove = idsToInsert.length * 6;
				let lastEnd = serialized.length - distanceToMove;
				while (nextId = idsToInsert.pop()) {
					let offset = nextId.offset;
					let id = nextId.id;
					serialized.copyWithin(offset + distanceToMove, offset, lastEnd);
					distanceToMove -= 6;
					let position = offset + distanceToMove;
					serialized[position++] = 0xd6;
					serialized[position++] = 0x69; // 'i'
					serialized[position++] = id >> 24;
					serialized[position++] = (id >> 16) & 0xff;
					serialized[position++] = (id >> 8) & 0xff;
					serialized[position++] = id & 0xff;
					lastEnd = offset;
				}
				return serialized;
			}

			function writeBundles(start, pack, incrementPosition) {
				if (bundledStrings.length > 0) {
					targetView.setUint32(bundledStrings.position + start, position + incrementPosition - bundledStrings.position - start);
					bundledStrings.stringsPosition = position - start;
					let writeStrings = bundledStrings;
					bundledStrings = null;
					pack(writeStrings[0]);
					pack(writeStrings[1]);
				}
			}

			function addExtension(extension) {
				if (extension.Class) {
					if (!extension.pack && !extension.write)
						throw new Error('Extension has no pack or write function');
					if (extension.pack && !extension.type)
						throw new Error('Extension has no type (numeric code to identify the extension)');
					extensionClasses.unshift(extension.Class);
					extensions.unshift(extension);
				}
				addExtension$1(extension);
			}
			function prepareStructures(structures, packr) {
				structures.isCompatible = (existingStructures) => {
					let compatible = !existingStructures || ((packr.lastNamedStructuresLength || 0) === existingStructures.length);
					if (!compatible) // we want to merge these existing structures immediately since we already have it and we are in the right transaction
						packr._mergeStructures(existingStructures);
					return compatible;
				};
				return structures;
			}

			// Marker for downstream libraries (e.g. structon) to detect that this Packr
			// supports per-instance struct-encoding hooks (this._writeStruct,
			// this._prepareStructures).  See `pack` for the dispatch.
			Packr.SUPPORTS_STRUCT_HOOKS = true;

			let defaultPackr = new Packr({ useRecords: false });
			const pack = defaultPackr.pack;
			const encode = defaultPackr.pack;
			const Encoder = Packr;
			const { NEVER, ALWAYS, DECIMAL_ROUND, DECIMAL_FIT } = FLOAT32_OPTIONS;
			const REUSE_BUFFER_MODE = 512;
			const RESET_BUFFER_MODE = 1024;
			const RESERVE_START_SPACE = 2048;

			const ITEMS = 0;
			const DEFINITION = 1;
			const BUNDLE = 2;
			const MAX_DEPTH = 16384;
			const UNLOADED = {};

			/**
			 * Finds where an incomplete MessagePack value ends without constructing it, resuming as more bytes arrive, so a
			 * value split across many chunks is scanned once and unpacked once. Positions are relative to the start of the
			 * value. A value it can not frame (an unknown extension, an undefined record id, a malformed bundle, keys it can not
			 * count) is marked unframeable, and is unpacked again as each chunk arrives, as before scanning.
			 */
			class StructureScanner {
				constructor(unpackr) {
					this.unpackr = unpackr;
					this.frames = [];
					this.records = new Map();
					this.extensions = new Set();
					this.reset();
				}

				reset() {
					this.position = 0;
					this.depth = 0;
					this.neededLength = 0;
					this.postBundlePosition = 0;
					this.bundled = false; // after a bundle, 0xc1 is followed by a string length, as in read()
					this.headers = 0;
					this.unframeable = false;
					this.records.clear();
					this.extensions.clear();
					this.push(ITEMS, 1);
				}

				push(kind, remaining) {
					if (this.depth === MAX_DEPTH) throw new RangeError('Maximum MessagePack nesting depth exceeded');
					const frame = this.frames[this.depth] || (this.frames[this.depth] = {});
					frame.kind = kind;
					frame.remaining = remaining;
					frame.stage = 0;
					this.depth++;
					return frame;
				}

				need(length) {
					this.neededLength = length;
					return false;
				}

				invalid(end) {
					this.depth = 0;
					this.postBundlePosition = 0;
					this.position = end;
					this.unframeable = true;
					return true;
				}

				structure(id) {
					const record = this.records.get(id);
					if (record) return record;
					const unpackr = this.unpackr;
					const structure = unpackr.structures && unpackr.structures[id];
					// what getStructures returns can depend on when it is called, so it is left to read() to call it, in order
					return !structure && unpackr.getStructures ? UNLOADED : structure;
				}

				scan(source, end) {
					while (this.depth) {
						if (this.position > end) return this.need(this.position);
						const frame = this.frames[this.depth - 1];
						if (frame.kind === ITEMS) {
							if (frame.remaining === 0) this.depth--;
							else if (!this.item(source, end, frame)) return false;
						} else if (frame.kind === DEFINITION) {
							if (!this.definition(source, end, frame)) return false;
						} else if (!this.bundle(source, end, frame)) return false;
					}
					if (this.postBundlePosition) this.position = this.postBundlePosition;
					if (this.frames.length > 256) this.frames.length = 256;
					return true;
				}

				item(source, end, frame) {
					const start = this.position;
					if (start >= end) return this.need(start + 1);
					const token = source[start];
					let size = 1;
					let length = 0;
					let items = 0;
					let extension = -1;
					if (token < 0xc0) {
						if (token < 0x80) {
							if (token >= 0x40) {
								const firstId = token & 0x3f;
								let structure = this.structure(firstId);
								if (structure === UNLOADED) return this.invalid(end);
								if (structure) {
									let position = start + 1;
									while (structure.highByte === 0) {
										if (position >= end) return this.need(position + 1);
										const highByte = source[position++];
										if (highByte === 0) break;
										structure = this.structure(firstId < 32 ? -(firstId + (highByte << 5)) : firstId + (highByte << 5));
										if (!structure || structure === UNLOADED) return this.invalid(end);
									}
									this.position = position;
									this.headers++;
									frame.remaining--;
									if (structure.length) this.push(ITEMS, structure.length);
									return true;
								}
							}
						} else if (token < 0x90) items = (token - 0x80) * 2;
						else if (token < 0xa0) items = token - 0x90;
						else length = token - 0xa0;
					} else if (token < 0xe0) {
						switch (token) {
							case 0xc1: if (this.bundled) items = 1; break;
							case 0xc4: case 0xcc: case 0xd0: case 0xd9: size = 2; break;
							case 0xc5: case 0xc7: case 0xcd: case 0xd1: case 0xda: case 0xdc: case 0xde: size = 3; break;
							case 0xc8: size = 4; break;
							case 0xc6: case 0xca: case 0xce: case 0xd2: case 0xdb: case 0xdd: case 0xdf: size = 5; break;
							case 0xc9: size = 6; break;
							case 0xcb: case 0xcf: case 0xd3: size = 9; break;
							case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8: size = 2; break;
						}
						if (start + size > end) return this.need(start + size);
						switch (token) {
							case 0xc4: case 0xd9: length = source[start + 1]; break;
							case 0xc5: case 0xda: length = (source[start + 1] << 8) | source[start + 2]; break;
							case 0xc6: case 0xdb: length = readUint32(source, start + 1); break;
							case 0xc7: length = source[start + 1]; break;
							case 0xc8: length = (source[start + 1] << 8) | source[start + 2]; break;
							case 0xc9: length = readUint32(source, start + 1); break;
							case 0xd4: length = 1; break;
							case 0xd5: length = 2; break;
							case 0xd6: length = 4; break;
							case 0xd7: length = 8; break;
							case 0xd8: length = 16; break;
							case 0xdc: items = (source[start + 1] << 8) | source[start + 2]; break;
							case 0xdd: items = readUint32(source, start + 1); break;
							case 0xde: items = ((source[start + 1] << 8) | source[start + 2]) * 2; break;
							case 0xdf: items = readUint32(source, start + 1) * 2; break;
						}
						if (token >= 0xc7 && token <= 0xc9 || token >= 0xd4 && token <= 0xd8) {
							extension = source[start + size - 1];
							if (extension === 0x72 && (token === 0xd4 || token === 0xd5)) {
								if (start + size + length > end) return this.need(start + size + length);
								const firstId = source[start + 2] & 0x3f;
								const highByte = token === 0xd5 ? source[start + 3] : undefined;
								this.position = start + size + length;
								this.headers++;
								frame.remaining--;
								const definition = this.push(DEFINITION, 0);
								definition.id = highByte === undefined ? firstId :
									firstId < 32 ? -((highByte << 5) + firstId) : (highByte << 5) + firstId;
								definition.highByte = highByte;
								return true;
							}
						}
					}
					const dataStart = start + size;
					if (extension >= 0) {
						const follows = _stream.extensionFollows(extension, token === 0xd4);
						if (_stream.isCustomExtension(extension)) this.extensions.add(extension);
						if (follows < 0 || follows === 2 && length < 4) {
							// unpack reads the data before it fails
							if (dataStart + length > end) return this.need(dataStart + length);
							return this.invalid(end);
						}
						if (follows === 2) {
							// the data holds the offset of the bundle's two strings
							if (dataStart + length > end) return this.need(dataStart + length);
							const bundle = this.push(BUNDLE, 2);
							bundle.target = dataStart + ((source[dataStart] << 24) + (source[dataStart + 1] << 16) +
								(source[dataStart + 2] << 8) + source[dataStart + 3]);
							bundle.resume = dataStart + length;
							frame.remaining--;
						} else {
							frame.remaining--;
							if (follows) this.push(ITEMS, 1);
						}
					} else {
						frame.remaining--;
						if (items) this.push(ITEMS, items);
					}
					this.position = dataStart + length;
					this.headers++;
					return true;
				}

				definition(source, end, frame) {
					if (frame.stage === 0) {
						let position = this.position;
						if (position >= end) return this.need(position + 1);
						const token = source[position];
						let count;
						if (token >= 0x90 && token < 0xa0) {
							count = token - 0x90;
							position++;
						} else if (token === 0xdc) {
							if (position + 3 > end) return this.need(position + 3);
							count = (source[position + 1] << 8) | source[position + 2];
							position += 3;
						} else if (token === 0xdd) {
							if (position + 5 > end) return this.need(position + 5);
							count = readUint32(source, position + 1);
							position += 5;
						} else {
							frame.schemaStart = position;
							frame.priorExtensions = this.extensions.size;
							frame.stage = 2;
							this.push(ITEMS, 1);
							return true;
						}
						this.position = position;
						this.headers++;
						frame.length = count;
						frame.stage = 1;
						if (count) this.push(ITEMS, count);
						return true;
					}
					let length = frame.length;
					if (frame.stage === 2) {
						// unpacked alone, the keys' bytes can not see definitions, bundled strings or custom extension effects earlier
						// in this value
						if (this.records.size || this.bundled || frame.priorExtensions) return this.invalid(end);
						try {
							length = _stream.countKeys(this.unpackr, source.subarray(frame.schemaStart, this.position));
						} catch (error) {
							return this.invalid(end);
						}
					}
					this.records.set(frame.id, { length, highByte: frame.highByte });
					frame.kind = ITEMS;
					frame.remaining = length;
					return true;
				}

				bundle(source, end, frame) {
					if (frame.stage === 0) {
						if (frame.target < 0) return this.invalid(end);
						frame.stage = 1;
						this.position = frame.target;
						return true;
					}
					if (frame.remaining) {
						const start = this.position;
						if (start >= end) return this.need(start + 1);
						const token = source[start];
						let size = 1, length;
						if (token >= 0xa0 && token < 0xc0) length = token - 0xa0;
						else if (token === 0xd9) size = 2;
						else if (token === 0xda) size = 3;
						else if (token === 0xdb) size = 5;
						else return this.invalid(end);
						if (start + size > end) return this.need(start + size);
						if (token === 0xd9) length = source[start + 1];
						else if (token === 0xda) length = (source[start + 1] << 8) | source[start + 2];
						else if (token === 0xdb) length = readUint32(source, start + 1);
						this.position = start + size + length;
						this.headers++;
						frame.remaining--;
						return true;
					}
					this.postBundlePosition = this.position;
					this.position = frame.resume;
					this.bundled = true;
					frame.kind = ITEMS;
					frame.remaining = 1;
					return true;
				}
			}

			function readUint32(source, position) {
				return source[position] * 0x1000000 + ((source[position + 1] << 16) | (source[position + 2] << 8) | source[position + 3]);
			}

			/**
			 * Given an Iterable first argument, returns an Iterable where each value is packed as a Buffer
			 * If the argument is only Async Iterable, the return value will be an Async Iterable.
			 * @param {Iterable|Iterator|AsyncIterable|AsyncIterator} objectIterator - iterable source, like a Readable object stream, an array, Set, or custom object
			 * @param {options} [options] - msgpackr pack options
			 * @returns {IterableIterator|Promise.<AsyncIterableIterator>}
			 */
			function packIter (objectIterator, options = {}) {
			  if (!objectIterator || typeof objectIterator !== 'object') {
			    throw new Error('first argument must be an Iterable, Async Iterable, or a Promise for an Async Iterable');
			  } else if (typeof objectIterator[Symbol.iterator] === 'function') {
			    return packIterSync(objectIterator, options);
			  } else if (typeof objectIterator.then === 'function' || typeof objectIterator[Symbol.asyncIterator] === 'function') {
			    return packIterAsync(objectIterator, options);
			  } else {
			    throw new Error('first argument must be an Iterable, Async Iterable, Iterator, Async Iterator, or a Promise');
			  }
			}

			function * packIterSync (objectIterator, options) {
			  const packr = new Packr(options);
			  for (const value of objectIterator) {
			    yield packr.pack(value);
			  }
			}

			async function * packIterAsync (objectIterator, options) {
			  const packr = new Packr(options);
			  for await (const value of objectIterator) {
			    yield packr.pack(value);
			  }
			}

			const DEFAULT_MAX_INCOMPLETE_BUFFER_SIZE = 0x4000000;

			/**
			 * Given an Iterable/Iterator input which yields buffers, returns an IterableIterator which yields sync decoded objects
			 * Or, given an Async Iterable/Iterator which yields promises resolving in buffers, returns an AsyncIterableIterator.
			 * @param {Iterable|Iterator|AsyncIterable|AsyncIterableIterator} bufferIterator
			 * @param {object} [options] - unpackr options
			 * @returns {IterableIterator|Promise.<AsyncIterableIterator}
			 */
			function unpackIter (bufferIterator, options = {}) {
			  if (!bufferIterator || typeof bufferIterator !== 'object') {
			    throw new Error('first argument must be an Iterable, Async Iterable, Iterator, Async Iterator, or a promise');
			  }

			  const state = {
			    unpackr: streamUnpackr(new Unpackr(options)),
			    maxIncompleteBufferSize: options.maxIncompleteBufferSize !== undefined ? options.maxIncompleteBufferSize : DEFAULT_MAX_INCOMPLETE_BUFFER_SIZE
			  };
			  let fatalError;
			  const parser = (chunk) => {
			    try {
			      return unpackChunk(state, chunk);
			    } catch (error) {
			      fatalError = error;
			      return error.values || [];
			    }
			  };

			  if (typeof bufferIterator[Symbol.iterator] === 'function') {
			    return (function * iter () {
			      for (const value of bufferIterator) {
			        yield * parser(value);
			        if (fatalError) throw fatalError;
			      }
			      if (state.incompleteBuffer) throw endOfInput();
			    })();
			  } else if (typeof bufferIterator[Symbol.asyncIterator] === 'function') {
			    return (async function * iter () {
			      for await (const value of bufferIterator) {
			        yield * parser(value);
			        if (fatalError) throw fatalError;
			      }
			      if (state.incompleteBuffer) throw endOfInput();
			    })();
			  }
			}

			/**
			 * Unpacks the values in the next chunk of a sequence, holding the start of a value that continues
			 * into later chunks. state carries the unpackr and maxIncompleteBufferSize, and the held bytes
			 * between calls. A fatal error is thrown with the values that preceded it as error.values.
			 */
			function unpackChunk (state, chunk) {
			  if (chunk.length === 0) return [];
			  let source = chunk;
			  let scannedEnd = 0;
			  if (state.incompleteBuffer) {
			    if (!(ArrayBuffer.isView(chunk) && chunk.BYTES_PER_ELEMENT === 1)) throw new TypeError('Chunk must be a Uint8Array or Buffer');
			    const length = state.incompleteLength + chunk.length;
			    if (length < state.incompleteNeeded && length > state.maxIncompleteBufferSize) {
			      state.incompleteBuffer = null;
			      throw new Error('Maximum incomplete buffer size exceeded');
			    }
			    holdIncomplete(state, chunk, length);
			    if (length < state.incompleteNeeded) return [];
			    source = state.incompleteBuffer.subarray(0, length);
			    const scanner = state.incompleteScanner;
			    if (scanner) {
			      let complete;
			      try {
			        complete = scanner.scan(state.incompleteBuffer, length);
			      } catch (error) {
			        state.incompleteBuffer = null;
			        // the adapters test for a thrown error by its truthiness
			        throw typeof error === 'object' && error !== null ? error : new Error('Unpacking failed with a thrown non-object value', { cause: error });
			      }
			      if (!complete) {
			        state.incompleteNeeded = scanner.neededLength;
			        if (length > state.maxIncompleteBufferSize) {
			          state.incompleteBuffer = null;
			          throw new Error('Maximum incomplete buffer size exceeded');
			        }
			        return [];
			      }
			      if (!scanner.unframeable) scannedEnd = scanner.position;
			    }
			    state.incompleteBuffer = null;
			  }
			  try {
			    return scannedEnd ? _stream.unpackFragmented(state.unpackr, source, scannedEnd, state.incompleteScanner.extensions) : state.unpackr.unpackMultiple(source);
			  } catch (error) {
			    if (!error.incomplete) throw error;
			    try {
			      holdRemainder(state, source.subarray(error.lastPosition), source === chunk, error.missingBytes);
			      // the scan ended this value too soon, which state it can not see can cause (structures a loader returns
			      // later, records an extension defines in its data), so it is unpacked again as each chunk arrives instead
			      if (scannedEnd && error.lastPosition === 0) state.incompleteScanner = null;
			    } catch (holdError) {
			      holdError.values = error.values;
			      throw holdError;
			    }
			    return error.values || [];
			  }
			}

			/**
			 * Prepares an unpackr for a stream: record definitions in one chunk apply to the values in later ones, as they
			 * do between values in one buffer.
			 */
			function streamUnpackr (unpackr) {
			  if (!unpackr.structures) unpackr.structures = [];
			  return unpackr;
			}

			function holdRemainder (state, remainder, borrowed, missingBytes) {
			  if (remainder.length > state.maxIncompleteBufferSize) throw new Error('Maximum incomplete buffer size exceeded');
			  // copy what the caller passed in, so it can reuse its buffer
			  state.incompleteBuffer = borrowed ? Buffer.from(remainder) : remainder;
			  state.incompleteLength = remainder.length;
			  state.incompleteNeeded = remainder.length + (missingBytes || 1); // with no hint, any byte may complete it
			  const unpackr = state.unpackr;
			  if (unpackr._readStruct && remainder[0] >= 0x20 && remainder[0] < 0x40) {
			    // a struct extends to the end of the source, so it is unpacked again as each chunk arrives
			    state.incompleteScanner = null;
			  } else {
			    if (!state.incompleteScanner) state.incompleteScanner = new StructureScanner(unpackr);
			    state.incompleteScanner.reset();
			  }
			}

			function holdIncomplete (state, chunk, length) {
			  let buffer = state.incompleteBuffer;
			  if (length > buffer.length) {
			    // grow geometrically, so a value arriving in many small chunks is copied a bounded number of times
			    const grown = Buffer.allocUnsafe(Math.max(length, Math.min(buffer.length * 2, state.maxIncompleteBufferSize)));
			    // unpacked binaries are views of this buffer, so the bytes after the data are cleared
			    grown.fill(0, length);
			    buffer.copy(grown, 0, 0, state.incompleteLength);
			    buffer = state.incompleteBuffer = grown;
			  }
			  buffer.set(chunk, state.incompleteLength);
			  state.incompleteLength = length;
			}

			function endOfInput () {
			  const error = new Error('Unexpected end of MessagePack data');
			  error.incomplete = true;
			  return error;
			}

			const decodeIter = unpackIter;
			const encodeIter = packIter;

			const useRecords = false;
			const mapsAsObjects = true;

			exports.ALWAYS = ALWAYS;
			exports.C1 = C1;
			exports.DECIMAL_FIT = DECIMAL_FIT;
			exports.DECIMAL_ROUND = DECIMAL_ROUND;
			exports.Decoder = Decoder;
			exports.Encoder = Encoder;
			exports.FLOAT32_OPTIONS = FLOAT32_OPTIONS;
			exports.NEVER = NEVER;
			exports.Packr = Packr;
			exports.RESERVE_START_SPACE = RESERVE_START_SPACE;
			exports.RESET_BUFFER_MODE = RESET_BUFFER_MODE;
			exports.REUSE_BUFFER_MODE = REUSE_BUFFER_MODE;
			exports.Unpackr = Unpackr;
			exports.addExtension = addExtension;
			exports.clearSource = clearSource;
			exports.decode = decode;
			exports.decodeIter = decodeIter;
			exports.encode = encode;
			exports.encodeIter = encodeIter;
			exports.isNativeAccelerationEnabled = isNativeAccelerationEnabled;
			exports.mapsAsObjects = mapsAsObjects;
			exports.pack = pack;
			exports.roundFloat32 = roundFloat32;
			exports.unpack = unpack;
			exports.unpackMultiple = unpackMultiple;
			exports.useRecords = useRecords;

		}));
		
	} (indexNoEval$1, indexNoEval$1.exports));
	return indexNoEval$1.exports;
}

var indexNoEvalExports = requireIndexNoEval();

const packr = new indexNoEvalExports.Packr({
  moreTypes: true,
  useRecords: true,
  mapsAsObjects: false,
  useBigIntExtension: true
});
packr.writeFunction = () => {
  throw new TypeError("a function cannot be sent");
};
const copying = new indexNoEvalExports.Unpackr({
  moreTypes: true,
  useRecords: true,
  mapsAsObjects: false,
  copyBuffers: true
});
const viewing = new indexNoEvalExports.Unpackr({ moreTypes: true, useRecords: true, mapsAsObjects: false });
function encode(value, reserved) {
  if (value instanceof Promise) throw unsendable("a promise", "await it first");
  try {
    return packr.pack(value, indexNoEvalExports.RESERVE_START_SPACE | reserved);
  } catch (error) {
    const deep = error instanceof RangeError;
    throw unsendable(deep ? "a value that holds itself, or is nested too deep," : "this value", error);
  }
}
function bufferHead(length) {
  return new Uint8Array([198, length >>> 24, length >>> 16, length >>> 8, length]);
}
function decode(bytes, start, end, owned) {
  return (owned ? viewing : copying).unpack(bytes, { start, end });
}
function unsendable(what, why) {
  const reason = why instanceof Error ? why.message : String(why);
  return new JobError("VALUE_UNSENDABLE", `${what} cannot be sent to another process: ${reason}`, {
    cause: why instanceof Error ? why : void 0
  });
}

const WIRE_VERSION = 1;
const STREAM_WINDOW = 16;
const KIND = {
  // From the caller.
  hello: 1,
  run: 2,
  abort: 3,
  /** More items of a stream are welcome. */
  pull: 4,
  /** Here is memory for large values, that both can open. */
  share: 5,
  /** A value of the worker's memory was read; the number is its offset. */
  taken: 6,
  // From the worker.
  welcome: 16,
  /** How many unsettled jobs of this caller are welcome from now on. */
  window: 17,
  /** Nothing more is begun here. */
  draining: 18,
  /** The job has begun; only told when `run` asked for it. */
  begun: 19,
  result: 20,
  failed: 21,
  item: 22,
  progress: 23,
  /** Not begun, and not going to be. */
  returned: 24,
  /** The memory that was offered is open. */
  shared: 25
};
const SHARED = 128;
const HEAD_BYTES = 9;
const RUN_HEAD_BYTES = HEAD_BYTES + 12;
const FLAG = {
  /** Send the items of a stream. */
  stream: 1,
  /** Nobody waits for the result, and it goes on when the caller is gone. */
  detached: 2,
  /** Say `begun`, and begin only when that was written. */
  tell: 4,
  /** Begin it when nothing else runs, and nothing else until it has ended: it is suspected of ending workers. */
  alone: 8,
  /** The value is `[input, idempotencyKey]`. */
  keyed: 16
};
function writeHead(frame, kind, id) {
  writeU32(frame, 0, frame.length - 4);
  frame[4] = kind;
  writeU32(frame, 5, id);
}
function writeRunHead(frame, kind, id, head) {
  writeHead(frame, kind, id);
  frame[9] = head.flags;
  frame[10] = Math.min(255, head.attempt);
  frame[11] = head.name >>> 8;
  frame[12] = head.name;
  frame[13] = head.weight >>> 8;
  frame[14] = head.weight;
  frame[15] = head.priority >>> 8;
  frame[16] = head.priority;
  writeU32(frame, 17, head.timeout);
}
function readRunHead(bytes, at) {
  return {
    flags: bytes[at + 9],
    attempt: bytes[at + 10],
    name: bytes[at + 11] << 8 | bytes[at + 12],
    weight: bytes[at + 13] << 8 | bytes[at + 14],
    priority: bytes[at + 15] << 8 | bytes[at + 16],
    timeout: readU32(bytes, at + 17)
  };
}
function shortFrame(kind, id, number) {
  const frame = new Uint8Array(HEAD_BYTES + (number === void 0 ? 0 : 4));
  writeHead(frame, kind, id);
  if (number !== void 0) writeU32(frame, HEAD_BYTES, number);
  return frame;
}
function sharedFrame(reserved, { offset, length }) {
  const frame = new Uint8Array(reserved + 8);
  writeU32(frame, reserved, offset);
  writeU32(frame, reserved + 4, length);
  return frame;
}
function readRegion(bytes, start, end) {
  if (end - start !== 8) return void 0;
  return { offset: readU32(bytes, start), length: readU32(bytes, start + 4) };
}
function readU32(bytes, at) {
  return (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
}
function writeU32(bytes, at, value) {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

class Input {
  size;
  #frame;
  #buffer;
  /** @throws JobError `VALUE_UNSENDABLE` */
  constructor(value) {
    if (Buffer.isBuffer(value) && value.length >= LARGE_BYTES) {
      this.#buffer = value;
      this.size = RUN_HEAD_BYTES + bufferHead(value.length).length + value.length;
    } else {
      this.#frame = encode(value, RUN_HEAD_BYTES);
      this.size = this.#frame.length;
    }
  }
  /** Bytes of the value. */
  get length() {
    return this.size - RUN_HEAD_BYTES;
  }
  get frame() {
    if (this.#buffer) {
      const head = bufferHead(this.#buffer.length);
      this.#frame = Buffer.allocUnsafeSlow(this.size);
      this.#frame.set(head, RUN_HEAD_BYTES);
      this.#frame.set(this.#buffer, RUN_HEAD_BYTES + head.length);
      this.#buffer = void 0;
    }
    return this.#frame;
  }
  get parts() {
    if (this.#buffer) return [bufferHead(this.#buffer.length), this.#buffer];
    return [this.frame.subarray(RUN_HEAD_BYTES)];
  }
  keep() {
    void this.frame;
  }
  leave() {
    this.#buffer = void 0;
    return this.#frame === void 0;
  }
  restore(value) {
    this.#frame = new Uint8Array(RUN_HEAD_BYTES + value.length);
    this.#frame.set(value, RUN_HEAD_BYTES);
  }
}

const MAX_PRIORITY = 100;
const MAX_WEIGHT = 65535;
const rules = {
  priority: [`a whole number from 0 to ${MAX_PRIORITY}`, (value) => isWhole(value, 0, MAX_PRIORITY)],
  weight: [`a whole number from 1 to ${MAX_WEIGHT}`, (value) => isWhole(value, 1, MAX_WEIGHT)],
  timeout: ["milliseconds or text such as '30s'", isTime],
  queueTimeout: ["milliseconds or text such as '30s'", isTime],
  retries: ["a whole number from 0 to 1000", (value) => isWhole(value, 0, 1e3)],
  idempotencyKey: ["text of 1 to 200 characters", isKey],
  signal: ["an AbortSignal", (value) => value instanceof AbortSignal],
  affinity: ["text of 1 to 200 characters", isKey],
  wait: ["true or false", (value) => typeof value === "boolean"],
  onProgress: ["a function", (value) => typeof value === "function"]
};
const NONE = { timeout: void 0, queueTimeout: void 0 };
function checkOptions(options) {
  let isGiven = false;
  for (const key in options) {
    const value = options[key];
    if (value === void 0) continue;
    isGiven = true;
    const rule = Object.hasOwn(rules, key) ? rules[key] : void 0;
    if (!rule)
      throw new JobError("BAD_OPTION", `${key}: unknown option; there are ${Object.keys(rules).join(", ")}`);
    if (!rule[1](value))
      throw new JobError("BAD_OPTION", `${key}: ${show(value)} is not ${rule[0]}`);
  }
  if (!isGiven) return NONE;
  return {
    ...options,
    timeout: parseDuration(options.timeout),
    queueTimeout: parseDuration(options.queueTimeout)
  };
}
function isWhole(value, min, max) {
  return Number.isInteger(value) && value >= min && value <= max;
}
function isTime(value) {
  const ms = parseDuration(value);
  return ms !== void 0 && ms > 0 && ms < 2 ** 31;
}
function isKey(value) {
  return typeof value === "string" && value.length > 0 && value.length <= 200;
}
function show(value) {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : String(value).slice(0, 60);
}

const heard = /* @__PURE__ */ new WeakMap();
function onAbort(signal, then) {
  const known = heard.get(signal);
  const all = known ?? /* @__PURE__ */ new Set();
  if (!known) heard.set(signal, all);
  const tell = () => {
    heard.delete(signal);
    for (const each of [...all]) each();
  };
  if (!known) signal.addEventListener("abort", tell, { once: true });
  all.add(then);
  return () => void all.delete(then);
}
function aborted(what, signal) {
  return new JobError("ABORTED", `${what}: the caller's signal aborted`, { cause: signal.reason });
}

const MAP_CONCURRENCY = 256;
async function mapJobs(inputs, { what, concurrency = MAP_CONCURRENCY, signal, submit }) {
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new JobError("BAD_OPTION", `concurrency: ${concurrency} is not a whole number from 1`);
  if (signal?.aborted) throw aborted(what, signal);
  const calls = /* @__PURE__ */ new Map();
  let end;
  const stop = (error) => {
    end ??= error;
    for (const call of [...calls.values()]) call.abort(error);
  };
  const release = signal && onAbort(signal, () => stop(aborted(what, signal)));
  const one = (input, index) => new Promise((resolve, reject) => {
    if (end) throw end;
    let isOver = false;
    const over = () => {
      isOver = true;
      calls.delete(index);
    };
    const call = submit(input, {
      result(value) {
        over();
        resolve(value);
      },
      failed(error) {
        over();
        reject(error);
      }
    });
    if (!isOver) calls.set(index, call);
  });
  const results = [];
  const source = iteratorOf(inputs);
  let count = 0;
  const lane = async () => {
    for (; ; ) {
      const { done, value } = await source.next();
      if (done) return;
      const index = count++;
      results[index] = await one(value, index);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, lane));
    return results;
  } catch (error) {
    stop(new JobError("ABORTED", `${what}: another call of the same map failed`, { cause: error }));
    await source.return?.();
    throw error;
  } finally {
    release?.();
  }
}
function iteratorOf(inputs) {
  return (async function* each() {
    yield* inputs;
  })();
}

function createStream(what, submit) {
  const items = [];
  let end;
  let wake = () => {
  };
  let taken = 0;
  let call;
  const result = new Promise((resolve, reject) => {
    call = submit({
      item(value) {
        items.push(value);
        wake();
      },
      result(value) {
        end = {};
        resolve(value);
        wake();
      },
      failed(error) {
        end = { error };
        reject(error);
        wake();
      }
    });
  });
  result.catch(() => {
  });
  async function* iterate() {
    try {
      for (; ; ) {
        while (items.length > 0) {
          yield items.shift();
          if (++taken < STREAM_WINDOW / 2) continue;
          call?.pull(taken);
          taken = 0;
        }
        if (end?.error) throw end.error;
        if (end) return;
        if (!call) await result;
        await new Promise((resolve) => wake = resolve);
      }
    } finally {
      call?.abort(new JobError("ABORTED", `${what}: the loop over its items has ended`));
    }
  }
  return { result, [Symbol.asyncIterator]: () => iterate() };
}

function createJobClient(group, driver, limit) {
  function submit(name, input, options, flags, sink) {
    const checked = checkOptions(options);
    const {
      priority = 0,
      weight = 1,
      timeout,
      queueTimeout,
      retries = 0,
      idempotencyKey,
      affinity
    } = checked;
    const { signal, wait: waits = true } = checked;
    if (typeof name !== "string" || name === "")
      throw new JobError("BAD_OPTION", `the name of a job is text, not ${String(name)}`);
    if (signal?.aborted) throw aborted(`${group}.${name}`, signal);
    const keyed = idempotencyKey !== void 0;
    const encoded = new Input(keyed ? [input, idempotencyKey] : input);
    if (encoded.length > limit())
      throw new JobError(
        "VALUE_TOO_LARGE",
        `${group}.${name}: an input of ${encoded.length} bytes, the limit is ${limit()}`
      );
    if (retries > 0) encoded.keep();
    const release = signal && onAbort(signal, () => call.abort(aborted(`${group}.${name}`, signal)));
    const call = driver.submit({
      name,
      input: encoded,
      flags: flags | (keyed ? FLAG.keyed : 0),
      priority,
      weight,
      timeout,
      queueTimeout,
      retries,
      waits,
      affinity,
      sink: release ? releasing(sink, release) : sink
    });
    return call;
  }
  const client = {
    run: (name, input, options = {}) => new Promise(
      (result, failed) => void submit(name, input, options, 0, { result, failed, progress: options.onProgress })
    ),
    async map(name, inputs, { concurrency, signal, ...options } = {}) {
      checkOptions({ signal });
      return mapJobs(inputs, {
        what: `${group}.${name}`,
        concurrency,
        signal,
        submit: (input, sink) => submit(name, input, options, 0, { ...sink, progress: options.onProgress })
      });
    },
    stream: (name, input, options = {}) => createStream(
      `${group}.${name}`,
      (sink) => submit(name, input, options, FLAG.stream, { ...sink, progress: options.onProgress })
    ),
    send: (name, input, options = {}) => new Promise(
      (resolve, failed) => void submit(name, input, options, FLAG.detached | FLAG.tell, {
        begun: resolve,
        result: () => resolve(),
        failed
      })
    )
  };
  return client;
}
function releasing(sink, release) {
  return {
    ...sink,
    result(value) {
      release();
      sink.result(value);
    },
    failed(error) {
      release();
      sink.failed(error);
    }
  };
}

function newTarget(key, peer) {
  return {
    key,
    peer,
    state: "closed",
    listed: true,
    link: void 0,
    names: /* @__PURE__ */ new Map(),
    window: 0,
    windowBytes: 0,
    capacity: 0,
    sent: /* @__PURE__ */ new Map(),
    bytes: 0,
    weight: 0,
    alone: false,
    failedConnects: 0,
    pickedAt: 0
  };
}
function hasRoom(target, call) {
  const { state, alone, sent, window, bytes, windowBytes, names } = target;
  if (state !== "open" || alone || sent.size >= window || !names.has(call.name)) return false;
  return sent.size === 0 || bytes + call.size <= windowBytes;
}
function take(target, call) {
  target.sent.set(call.id, call);
  target.bytes += call.size;
  target.weight += call.weight;
}
function release(target, id) {
  const call = target.sent.get(id);
  if (!call) return void 0;
  target.sent.delete(id);
  target.bytes -= call.size;
  target.weight -= call.weight;
  target.alone = false;
  return call;
}

const AGEING_MS = 1e3;
function orderOf(now, priority) {
  return now - priority * AGEING_MS;
}
class Heap {
  #items = [];
  get size() {
    return this.#items.length;
  }
  /** The one that comes next. */
  peek() {
    return this.#items[0];
  }
  push(item) {
    item.place = this.#items.push(item) - 1;
    this.#rise(item.place);
  }
  pop() {
    const first = this.#items[0];
    if (first) this.delete(first);
    return first;
  }
  delete(item) {
    const at = item.place;
    if (at < 0 || this.#items[at] !== item) return false;
    const last = this.#items.pop();
    item.place = -1;
    if (last === item) return true;
    this.#items[at] = last;
    last.place = at;
    this.#rise(at);
    this.#sink(last.place);
    return true;
  }
  /** All of them, in no order. */
  values() {
    return this.#items;
  }
  #rise(at) {
    while (at > 0) {
      const above = at - 1 >> 1;
      if (!isBefore(this.#items[at], this.#items[above])) return;
      this.#swap(at, above);
      at = above;
    }
  }
  #sink(at) {
    for (; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < this.#items.length && isBefore(this.#items[left], this.#items[least])) least = left;
      if (right < this.#items.length && isBefore(this.#items[right], this.#items[least])) least = right;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }
  #swap(one, other) {
    const [a, b] = [this.#items[one], this.#items[other]];
    this.#items[one] = b;
    this.#items[other] = a;
    b.place = one;
    a.place = other;
  }
}
function isBefore(one, other) {
  return one.order < other.order || one.order === other.order && one.id < other.id;
}

class Waiting {
  #heap = new Heap();
  #suspects = [];
  #bytes = 0;
  #impatient = 0;
  get size() {
    return this.#heap.size + this.#suspects.length;
  }
  /** Of their inputs. */
  get bytes() {
    return this.#bytes;
  }
  /** Calls that do not want to wait. */
  get impatient() {
    return this.#impatient;
  }
  /** Calls that run alone, the oldest first. */
  get suspects() {
    return this.#suspects;
  }
  /** Of the others, the one that comes next. */
  peek() {
    return this.#heap.peek();
  }
  add(call) {
    call.phase = "waiting";
    call.begun = false;
    this.#bytes += call.size;
    if (!call.waits) this.#impatient++;
    if (isSuspect(call)) this.#suspects.push(call);
    else this.#heap.push(call);
  }
  delete(call) {
    if (!this.#heap.delete(call)) {
      if (!this.#suspects.includes(call)) return;
      this.#suspects = this.#suspects.filter((other) => other !== call);
    }
    this.#bytes -= call.size;
    if (!call.waits) this.#impatient--;
  }
  /** Since when the one waits that came first. */
  since() {
    return this.values().reduce((first, { waitsSince }) => Math.min(first, waitsSince), Infinity);
  }
  /** All of them, in no order. */
  values() {
    return [...this.#heap.values(), ...this.#suspects];
  }
}
function isSuspect(call) {
  return call.suspicions !== void 0 && call.suspicions.size > 0;
}

class Assigner {
  #ports;
  /** Kept free for a call that runs alone. */
  #reserved;
  constructor(ports) {
    this.#ports = ports;
  }
  /** Sends what can be sent. Stops at a call whose job no worker has, and returns it. */
  send() {
    const { waiting } = this.#ports;
    this.#sendSuspects();
    for (let next = waiting.peek(); next; next = waiting.peek()) {
      const target = this.#choose(next);
      if (target) this.#give(next, target);
      else return this.#isUnknown(next) ? next : void 0;
    }
    return void 0;
  }
  /** Those run alone: the worker with the fewest jobs gets no others until it has none. */
  #sendSuspects() {
    const { waiting, targets } = this.#ports;
    this.#reserved = void 0;
    for (const call of waiting.suspects) {
      let least;
      for (const target of targets) {
        if (target.state !== "open" || target.alone || !target.names.has(call.name)) continue;
        if (!least || target.sent.size < least.sent.size) least = target;
      }
      if (least?.sent.size !== 0) {
        this.#reserved = least;
        return;
      }
      this.#give(call, least);
    }
  }
  #choose(call) {
    const able = [];
    for (const target of this.#ports.targets)
      if (target !== this.#reserved && hasRoom(target, call)) able.push(target);
    return able.length === 0 ? void 0 : this.#ports.pick(able, call);
  }
  /** Whether every worker there is has said that it has no such job. */
  #isUnknown({ name }) {
    const { targets } = this.#ports;
    if (targets.has("connecting") || !targets.has("open")) return false;
    for (const { state, names } of targets) if (state === "open" && names.has(name)) return false;
    return true;
  }
  #give(call, target) {
    this.#ports.waiting.delete(call);
    call.phase = "sent";
    call.sentAt = this.#ports.clock.now();
    call.attempt++;
    const alone = isSuspect(call);
    take(target, call);
    target.alone = alone;
    const tell = alone || call.timeout !== void 0 || call.queueTimeout !== void 0;
    const flags = call.flags | (alone ? FLAG.alone : 0) | (tell ? FLAG.tell : 0);
    target.link.run(call, flags, target.names.get(call.name));
  }
}

class Call {
  name;
  input;
  /** Bytes of its frame. */
  size;
  flags;
  priority;
  weight;
  timeout;
  queueTimeout;
  retries;
  waits;
  affinity;
  sink;
  id;
  order;
  place = -1;
  phase = "waiting";
  /** Since when it waits, or waited for the last time. */
  waitsSince;
  sentAt = 0;
  /** The worker has said so, in this attempt. */
  begun = false;
  /** How often it was sent to a worker that did not give it back. */
  attempt = 0;
  losses = 0;
  /** Items of a stream that were passed on. */
  items = 0;
  /** The workers whose end it may have caused, and whether that is certain. */
  suspicions = void 0;
  /** Stops the timer of the phase that it is in. */
  disarm = void 0;
  constructor(request, id, now) {
    this.name = request.name;
    this.input = request.input;
    this.size = request.input.size;
    this.flags = request.flags;
    this.priority = request.priority;
    this.weight = request.weight;
    this.timeout = request.timeout;
    this.queueTimeout = request.queueTimeout;
    this.retries = request.retries;
    this.waits = request.waits;
    this.affinity = request.affinity;
    this.sink = request.sink;
    this.id = id;
    this.order = orderOf(now, request.priority);
    this.waitsSince = now;
  }
}

const MAX_TEXT = 8 * 1024;
const MAX_CAUSES = 10;
function failureOf(thrown) {
  if (thrown instanceof JobError && thrown.code !== "JOB_FAILED")
    return { code: thrown.code, message: cut(thrown.message) };
  const error = sentError(thrown, 0);
  return { code: "JOB_FAILED", message: error.message || error.name, error };
}
function errorOf(failure, what) {
  const { code, message, error } = record(failure);
  const text = typeof message === "string" ? message.slice(0, MAX_TEXT) : "no reason was given";
  const known = isJobErrorCode(code) ? code : "JOB_FAILED";
  if (known !== "JOB_FAILED") return new JobError(known, `${what}: ${text}`);
  return new JobError(known, `${what} failed: ${text}`, { cause: receivedError(error, 0) });
}
function sentError(thrown, depth) {
  try {
    if (!(thrown instanceof Error)) return { name: "Thrown", message: cut(String(thrown)) };
    const { name, message, stack, cause } = thrown;
    const { code } = thrown;
    return {
      name: cut(String(name)),
      message: cut(String(message)),
      ...typeof stack === "string" ? { stack: cut(stack) } : {},
      ...typeof code === "string" || typeof code === "number" ? { code } : {},
      ...cause !== void 0 && depth < MAX_CAUSES ? { cause: sentError(cause, depth + 1) } : {}
    };
  } catch {
    return { name: "Error", message: "an error that cannot be read" };
  }
}
function receivedError(value, depth) {
  const { name, message, stack, code, cause } = record(value);
  const options = cause === void 0 || depth >= MAX_CAUSES ? {} : { cause: receivedError(cause, depth + 1) };
  const error = new Error(typeof message === "string" ? message : "", options);
  error.name = typeof name === "string" ? name : "Error";
  if (typeof stack === "string") error.stack = stack;
  if (typeof code === "string" || typeof code === "number") Object.assign(error, { code });
  return error;
}
function record(value) {
  return typeof value === "object" && value !== null ? value : {};
}
function cut(text) {
  return text.length <= MAX_TEXT ? text : text.slice(0, MAX_TEXT);
}

class Ends {
  #group;
  constructor(group) {
    this.#group = group;
  }
  /** What a call is named in an error. */
  what({ name }) {
    return `${this.#group}.${name}`;
  }
  error(call, code, why, cause) {
    return new JobError(code, `${this.what(call)}: ${why}`, cause === void 0 ? {} : { cause });
  }
  fail(call, error) {
    if (end(call)) call.sink.failed(error);
  }
  /** A worker has settled it. `value` throws when its bytes are no value. */
  settle(call, kind, value) {
    let given;
    try {
      given = value();
    } catch (error) {
      return this.fail(call, this.error(call, "JOB_FAILED", "its answer cannot be read", error));
    }
    if (kind === "failed") this.fail(call, errorOf(given, this.what(call)));
    else if (end(call)) call.sink.result(given);
  }
}
function end(call) {
  if (call.phase === "settled") return false;
  call.phase = "settled";
  call.disarm?.();
  call.disarm = void 0;
  return true;
}

const QUARANTINE_AFTER = 3;
const LOSSES_AT_MOST = 10;
const VERDICT_MS = 2e3;
const REMEMBERED = 256;
class Losses {
  #ports;
  #verdicts = /* @__PURE__ */ new Map();
  /** Calls whose quarantine hangs on a verdict. */
  #held = /* @__PURE__ */ new Set();
  constructor(ports) {
    this.#ports = ports;
  }
  /** How many calls wait for a verdict. */
  get held() {
    return this.#held.size;
  }
  lost(call, { key, peer, alone }) {
    const { clock, what, again, fail } = this.#ports;
    call.disarm?.();
    call.disarm = void 0;
    call.losses++;
    if (!mayRepeat(call)) {
      const isMany = call.retries === 0 && call.losses >= LOSSES_AT_MOST;
      const code = isMany ? "QUARANTINED" : "WORKER_LOST";
      const count2 = call.losses === 1 ? "" : `, the last of ${call.losses}`;
      const items = call.items > 0 ? `, after ${call.items} items` : "";
      const why = `${what(call)}: worker ${peer.slot} ended while it had the job${items}${count2}`;
      return fail(call, new JobError(code, why));
    }
    this.#suspect(call, key, alone);
    const { all, certain } = count(call);
    if (certain >= QUARANTINE_AFTER) return this.#quarantine(call);
    if (all < QUARANTINE_AFTER) return again(call);
    call.phase = "waiting";
    this.#held.add(call);
    call.disarm = clock.at(clock.now() + VERDICT_MS, () => this.#quarantine(call));
  }
  /** The supervisor's word about an ended worker: `innocent` when no job can be what ended it. */
  judge(key, innocent) {
    this.#verdicts.set(key, innocent);
    if (this.#verdicts.size > REMEMBERED) this.#verdicts.delete(this.#verdicts.keys().next().value);
    for (const call of [...this.#held, ...this.#ports.suspects()]) {
      if (!call.suspicions?.has(key)) continue;
      if (innocent) call.suspicions.delete(key);
      else call.suspicions.set(key, true);
      const { all, certain } = count(call);
      if (!this.#held.has(call)) {
        if (all === 0 && call.phase === "waiting") this.#ports.cleared(call);
      } else if (certain >= QUARANTINE_AFTER) this.#quarantine(call);
      else if (all < QUARANTINE_AFTER && this.release(call)) this.#ports.again(call);
    }
  }
  /** Lets a call go that waits for a verdict; whether it was one. */
  release(call) {
    if (!this.#held.delete(call)) return false;
    call.disarm?.();
    call.disarm = void 0;
    return true;
  }
  /** The first time, whatever the worker had is suspected; one that runs alone only when it had begun. */
  #suspect(call, key, ranAlone) {
    const innocent = this.#verdicts.get(key);
    if (innocent === true || ranAlone && !call.begun) return;
    call.suspicions ??= /* @__PURE__ */ new Map();
    call.suspicions.set(key, innocent === false);
  }
  #quarantine(call) {
    this.release(call);
    const { all } = count(call);
    const why = `${this.#ports.what(call)}: ${all} workers ended while they ran it`;
    this.#ports.fail(call, new JobError("QUARANTINED", why));
  }
}
function mayRepeat({ retries, losses, flags, items }) {
  if (items > 0) return false;
  if (retries > 0) return losses <= retries;
  return (flags & FLAG.keyed) !== 0 && losses < LOSSES_AT_MOST;
}
function count(call) {
  const certain = [...call.suspicions?.values() ?? []].filter(Boolean).length;
  return { all: call.suspicions?.size ?? 0, certain };
}

const RECONNECT_MS = 50;
const RECONNECT_MAX_MS = 2e3;
class Targets {
  #ports;
  #targets = /* @__PURE__ */ new Map();
  #isClosed = false;
  constructor(ports) {
    this.#ports = ports;
  }
  [Symbol.iterator]() {
    return this.#targets.values();
  }
  /** Whether any of them is so. */
  has(state) {
    for (const target of this.#targets.values()) if (target.state === state) return true;
    return false;
  }
  /** The target that has a call. */
  of(call) {
    for (const target of this.#targets.values()) if (target.sent.get(call.id) === call) return target;
    return void 0;
  }
  /** Every call that is at a worker, also what the caller has given up. */
  sent() {
    return [...this.#targets.values()].flatMap(({ sent }) => [...sent.values()]);
  }
  update({ whole, up = [], down = [] }) {
    if (whole) {
      const listed = new Set(up.map(peerKey));
      for (const target of this.#targets.values()) if (!listed.has(target.key)) this.#down(target);
    }
    for (const peer of down) {
      const target = this.#targets.get(peerKey(peer));
      if (target) this.#down(target);
    }
    for (const peer of up) this.#up(peer);
  }
  close() {
    this.#isClosed = true;
    for (const { link } of this.#targets.values()) link?.close();
  }
  #up(peer) {
    const key = peerKey(peer);
    if (this.#targets.has(key)) return;
    const target = newTarget(key, peer);
    this.#targets.set(key, target);
    this.#connect(target);
  }
  #down(target) {
    target.listed = false;
    if (target.state === "open" || target.state === "draining") this.#leave(target);
    else if (target.state === "connecting") target.link?.close();
    else this.#targets.delete(target.key);
  }
  /** It takes nothing new. The connection ends when it has nothing of ours, and that end says that we know. */
  #leave(target) {
    target.state = "draining";
    if (target.sent.size === 0) target.link?.close();
  }
  #connect(target) {
    target.state = "connecting";
    target.link = this.#ports.connect(target.peer, this.#ports.limit(), this.#handlers(target));
  }
  #handlers(target) {
    const ports = this.#ports;
    const withCall = (id, then) => {
      const call = target.sent.get(id);
      if (call && call.phase !== "settled") then(call);
    };
    return {
      welcome({ names, window, windowBytes, capacity }) {
        if (target.state !== "connecting") return;
        Object.assign(target, { window, windowBytes, capacity, failedConnects: 0 });
        target.names = new Map(names.map((name, index) => [name, index]));
        target.state = "open";
        ports.room();
      },
      window(jobs) {
        target.window = jobs;
        ports.room();
      },
      draining: () => this.#leave(target),
      begun: (id) => withCall(id, (call) => ports.begun(call)),
      item: (id, value) => withCall(id, (call) => ports.told(call, "item", value)),
      progress: (id, value) => withCall(id, (call) => ports.told(call, "progress", value)),
      settled: (id, kind, value) => {
        const call = release(target, id);
        if (target.state === "draining") this.#leave(target);
        if (call) ports.settled(call, kind, value);
      },
      returned: (id) => {
        const call = release(target, id);
        this.#leave(target);
        if (call) ports.returned(call);
      },
      closed: () => this.#closed(target)
    };
  }
  #closed(target) {
    const before = target.state;
    target.state = "closed";
    target.link = void 0;
    const lost = [...target.sent.values()];
    target.sent.clear();
    if (!target.listed || this.#isClosed) this.#targets.delete(target.key);
    else if (before !== "draining") this.#reconnect(target, before === "connecting");
    this.#ports.lost(lost, target);
    Object.assign(target, { bytes: 0, weight: 0, alone: false });
  }
  /** Listed and gone: its end will be told soon, or it was too busy to accept. */
  #reconnect(target, isEarly) {
    if (isEarly) target.failedConnects++;
    const { clock } = this.#ports;
    const wait = Math.min(RECONNECT_MAX_MS, RECONNECT_MS * 2 ** target.failedConnects);
    clock.at(clock.now() + wait, () => {
      const isStill = this.#targets.get(target.key) === target && target.state === "closed";
      if (isStill && !this.#isClosed) this.#connect(target);
    });
  }
}

const DEFAULT_QUEUE_MS = 6e4;
const DEFAULT_RUN_MS = 6e5;
class Times {
  #clock;
  #ends;
  #abort;
  constructor(clock, ends, abort) {
    this.#clock = clock;
    this.#ends = ends;
    this.#abort = abort;
  }
  /** It waits for a worker to begin it, from now on. */
  waits(call) {
    call.waitsSince = this.#clock.now();
    this.#arm(call, call.queueTimeout, "QUEUE_TIMEOUT", "waited");
  }
  /** A worker has begun it. */
  runs(call) {
    call.disarm?.();
    this.#arm(call, call.timeout, "RUN_TIMEOUT", "ran");
  }
  /** Ends the calls that have no times of their own and took longer than any should. */
  sweep(waiting, sent) {
    const now = this.#clock.now();
    for (const call of waiting) {
      if (call.queueTimeout === void 0 && now - call.waitsSince > DEFAULT_QUEUE_MS)
        this.#abort(call, this.#ends.error(call, "QUEUE_TIMEOUT", "it waited longer than a minute"));
    }
    for (const call of sent) {
      if (call.timeout === void 0 && now - call.sentAt > DEFAULT_RUN_MS)
        this.#abort(call, this.#ends.error(call, "RUN_TIMEOUT", "it ran longer than ten minutes"));
    }
  }
  #arm(call, ms, code, verb) {
    call.disarm = void 0;
    if (ms === void 0) return;
    call.disarm = this.#clock.at(
      this.#clock.now() + ms,
      () => this.#abort(call, this.#ends.error(call, code, `it ${verb} longer than ${ms} ms`))
    );
  }
}

const SWEEP_MS = 1e3;
const ASK_MS = 100;
class Dispatcher {
  #ports;
  #ends;
  #times;
  #targets;
  #assigner;
  #losses;
  #waiting = new Waiting();
  #terms = DEFAULT_TERMS;
  #state = "unknown";
  #refusal;
  #ids = 0;
  #askedAt = -Infinity;
  #cancelSweep;
  #isPumping = false;
  constructor(ports) {
    this.#ports = ports;
    const { clock, connect, group, pick } = ports;
    this.#ends = new Ends(group);
    this.#times = new Times(clock, this.#ends, (call, error) => this.#abort(call, error));
    this.#targets = new Targets({
      clock,
      connect,
      limit: () => this.#terms.maxBytes,
      room: () => this.#pump(),
      begun: (call) => this.#begun(call),
      settled: (call, kind, value) => this.#settled(call, kind, value),
      told: (call, kind, value) => this.#told(call, kind, value),
      returned: (call) => this.#returned(call),
      lost: (calls, target) => {
        for (const call of calls) {
          if (call.phase === "settled") call.disarm?.();
          else this.#losses.lost(call, target);
        }
        this.#pump();
      }
    });
    this.#assigner = new Assigner({
      clock,
      waiting: this.#waiting,
      targets: this.#targets,
      pick: (able, call) => pick(able, call, this.#terms.pick)
    });
    this.#losses = new Losses({
      clock,
      what: (call) => this.#ends.what(call),
      again: (call) => this.#again(call),
      fail: (call, error) => this.#ends.fail(call, error),
      suspects: () => [...this.#waiting.suspects, ...this.#targets.sent()],
      cleared: (call) => {
        this.#waiting.delete(call);
        this.#waiting.add(call);
      }
    });
  }
  /** Bytes of one value. */
  get maxBytes() {
    return this.#terms.maxBytes;
  }
  /** What waits, and what is at workers. */
  get load() {
    const { size, bytes } = this.#waiting;
    return { waiting: size + this.#losses.held, waitingBytes: bytes, sent: this.#targets.sent().length };
  }
  submit(request) {
    this.#ids = this.#ids + 1 >>> 0;
    const call = new Call(request, this.#ids, this.#ports.clock.now());
    const refusal = this.#refuse(call);
    if (refusal) this.#ends.fail(call, refusal);
    else this.#again(call);
    if (call.phase === "waiting") call.input.keep();
    return {
      abort: (error) => this.#abort(call, error),
      pull: (items) => this.#targets.of(call)?.link?.pull(call.id, items)
    };
  }
  /** What the supervisor says. */
  update(update) {
    if (this.#state === "closed") return;
    const { terms, verdict, state, refusal } = update;
    if (terms) this.#terms = terms;
    if (refusal) {
      const code = isJobErrorCode(refusal.code) ? refusal.code : "CALL_FORBIDDEN";
      this.#refusal = new JobError(code, refusal.message);
      return this.#failWaiting(() => this.#refusal);
    }
    if (state || this.#state === "unknown") this.#state = state ?? "open";
    this.#targets.update(update);
    if (verdict) this.#losses.judge(peerKey(verdict), verdict.innocent);
    this.#pump();
  }
  close() {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#cancelSweep?.();
    const closed = (call) => this.#ends.error(call, "POOL_STOPPING", "the connection was closed");
    this.#failWaiting(closed);
    for (const call of this.#targets.sent()) this.#ends.fail(call, closed(call));
    this.#targets.close();
  }
  #refuse(call) {
    if (this.#refusal) return this.#refusal;
    if (this.#state === "closed") return this.#ends.error(call, "POOL_STOPPING", "the connection was closed");
    const { bytes } = this.#waiting;
    const size = this.#waiting.size + this.#losses.held;
    if (size >= this.#terms.maxQueued)
      return this.#ends.error(call, "QUEUE_FULL", `${size} jobs wait already`);
    if (size > 0 && bytes + call.size > this.#terms.maxQueuedBytes)
      return this.#ends.error(call, "QUEUE_FULL", `inputs of ${bytes} bytes wait already`);
    return void 0;
  }
  /** Lets a call wait for a worker to begin it, from now on. */
  #again(call) {
    this.#times.waits(call);
    this.#wait(call);
  }
  /** Looks for a worker, which may take no time at all. */
  #wait(call) {
    const now = this.#ports.clock.now();
    this.#waiting.add(call);
    this.#cancelSweep ??= this.#ports.clock.at(now + SWEEP_MS, () => this.#sweep());
    this.#pump();
  }
  /** Sends what can be sent, and says what is missing for the rest. */
  #pump() {
    if (this.#isPumping || this.#waiting.size === 0) return;
    if (this.#state === "stopping" && !this.#ports.directory.isWorker) return this.#failStopping();
    this.#isPumping = true;
    for (let unknown = this.#assigner.send(); unknown; unknown = this.#assigner.send()) {
      this.#waiting.delete(unknown);
      const why = "the group's workers have no such job";
      this.#ends.fail(unknown, this.#ends.error(unknown, "UNKNOWN_JOB", why));
    }
    this.#isPumping = false;
    if (this.#waiting.size > 0) this.#starve();
  }
  /** Jobs wait and nobody can take them. */
  #starve() {
    if (this.#state === "unknown" || this.#targets.has("connecting")) return;
    const { group, directory, clock } = this.#ports;
    const isUp = this.#targets.has("open");
    if (this.#state === "dead" && !isUp)
      return this.#failWaiting(
        (call) => this.#ends.error(call, "NO_WORKER", "no worker of the group starts again")
      );
    if (this.#state === "stopping" && !isUp) return this.#failStopping();
    if (clock.now() - this.#askedAt >= ASK_MS) {
      this.#askedAt = clock.now();
      directory.needWorker(group, this.#waiting.size, clock.now() - this.#waiting.since());
    }
    if (this.#waiting.impatient === 0) return;
    this.#failWaiting(
      (call) => call.waits ? void 0 : this.#ends.error(call, "NO_WORKER", "no worker is free")
    );
  }
  #begun(call) {
    if (call.begun) return;
    call.begun = true;
    this.#times.runs(call);
    call.sink.begun?.();
  }
  #settled(call, kind, value) {
    if (call.phase === "settled") call.disarm?.();
    else this.#ends.settle(call, kind, value);
    this.#pump();
  }
  #told(call, kind, value) {
    if (kind === "item") call.items++;
    try {
      call.sink[kind]?.(value());
    } catch {
    }
  }
  /** Given back by a worker that drains: as if it had never been sent, so it still waits. */
  #returned(call) {
    if (call.phase === "settled") return call.disarm?.();
    call.attempt--;
    this.#wait(call);
  }
  #abort(call, error) {
    if (call.phase === "settled") return;
    const target = call.phase === "sent" ? this.#targets.of(call) : void 0;
    if (!target && !this.#losses.release(call)) this.#waiting.delete(call);
    this.#ends.fail(call, error);
    if (!target) return;
    target.link?.abort(call.id);
    const { clock, directory, group } = this.#ports;
    call.disarm = clock.at(clock.now() + this.#terms.abortGrace, () => {
      if (target.sent.get(call.id) === call) directory.stuck(group, target.peer);
    });
  }
  #sweep() {
    const { clock } = this.#ports;
    this.#times.sweep(this.#waiting.values(), this.#targets.sent());
    this.#cancelSweep = void 0;
    this.#pump();
    const { waiting, sent } = this.load;
    if (waiting + sent > 0) this.#cancelSweep ??= clock.at(clock.now() + SWEEP_MS, () => this.#sweep());
  }
  #failWaiting(error) {
    for (const call of this.#waiting.values()) {
      const failed = error(call);
      if (!failed) continue;
      this.#waiting.delete(call);
      this.#ends.fail(call, failed);
    }
  }
  #failStopping() {
    this.#failWaiting((call) => this.#ends.error(call, "POOL_STOPPING", "the pool stops"));
  }
}

const TMPFS = 16914836;
let offers = 0;
function offerSharing(board, limit) {
  if (board === void 0) return void 0;
  const stem = join(dirname(board), `share-${process.pid}-${offers++}`);
  const paths = { caller: `${stem}-c`, worker: `${stem}-w` };
  const settle = () => {
    for (const path of [paths.caller, paths.worker]) rmSync(path, { force: true });
  };
  try {
    if (statfsSync(dirname(board)).type !== TMPFS) return void 0;
    const own = createArena(createArenaFile(paths.caller));
    const other = createArenaReader(createArenaFile(paths.worker), limit);
    return { ...both(own, other), paths, settle };
  } catch {
    settle();
    return void 0;
  }
}
function takeSharing(offered, limit) {
  const { caller, worker } = Object(offered);
  if (typeof caller !== "string" || typeof worker !== "string") return void 0;
  let reader;
  try {
    reader = createArenaReader(openArenaFile(caller, constants.O_RDONLY), limit);
    return both(createArena(openArenaFile(worker, constants.O_RDWR)), reader);
  } catch {
    reader?.close();
    return void 0;
  }
}
function both(own, other) {
  return {
    own,
    other,
    close() {
      own.close();
      other.close();
    }
  };
}

function createLargeValues(peer, limit, outbox) {
  let offered;
  let wasOffered = false;
  let isOpen = false;
  const placed = /* @__PURE__ */ new Map();
  const values = {
    get isOpen() {
      return isOpen;
    },
    offer() {
      if (wasOffered) return;
      wasOffered = true;
      offered = offerSharing(peer.board?.path, limit);
      if (!offered) return;
      const frame = encode(offered.paths, HEAD_BYTES);
      writeHead(frame, KIND.share, 0);
      outbox.push(frame);
    },
    open() {
      if (!offered || isOpen) return;
      offered.settle();
      isOpen = true;
    },
    place(id, input) {
      if (!isOpen) values.offer();
      const region = isOpen ? offered.own.put(input.parts) : void 0;
      if (!region) return void 0;
      placed.set(id, { region, input: input.leave() ? input : void 0 });
      return sharedFrame(RUN_HEAD_BYTES, region);
    },
    ended(kind, id) {
      if (kind !== KIND.result && kind !== KIND.failed && kind !== KIND.returned) return;
      const found = placed.get(id);
      if (!found) return;
      placed.delete(id);
      const { region, input } = found;
      if (kind === KIND.returned && input) input.restore(offered.own.read(region));
      offered.own.free(region.offset);
    },
    read(region) {
      if (!isOpen) throw new Error("nothing is shared");
      return decode(offered.other.read(region), 0, region.length, true);
    },
    taken: ({ offset }) => outbox.push(shortFrame(KIND.taken, offset)),
    close() {
      isOpen = false;
      offered?.settle();
      offered?.close();
      placed.clear();
    }
  };
  return values;
}

function createFrameReader(limit, onFrame) {
  let held;
  let filled = 0;
  const head = new Uint8Array(HEAD_BYTES);
  let headFilled = 0;
  let stopped = false;
  const reader = { limit, push };
  function wrong(length) {
    if (length < HEAD_BYTES - 4) return `a frame of ${length} bytes`;
    if (length > reader.limit + HEAD_BYTES - 4) return `a frame of more than ${reader.limit} bytes`;
    return void 0;
  }
  function hand(bytes, start, end, owned) {
    const goOn = onFrame(bytes[start + 4], readU32(bytes, start + 5), bytes, start, end, owned);
    if (goOn === false) stopped = true;
    return !stopped;
  }
  function push(chunk) {
    let at = 0;
    while (at < chunk.length && !stopped) {
      if (held) {
        const part = Math.min(held.length - filled, chunk.length - at);
        held.set(chunk.subarray(at, at + part), filled);
        filled += part;
        at += part;
        if (filled < held.length) return void 0;
        const whole = held;
        held = void 0;
        if (!hand(whole, 0, whole.length, true)) return void 0;
        continue;
      }
      if (headFilled > 0 || chunk.length - at < HEAD_BYTES) {
        const part = Math.min(HEAD_BYTES - headFilled, chunk.length - at);
        head.set(chunk.subarray(at, at + part), headFilled);
        headFilled += part;
        at += part;
        if (headFilled < HEAD_BYTES) return void 0;
        headFilled = 0;
        const fault2 = begin(head, 0);
        if (fault2) return fault2;
        held.set(head);
        filled = HEAD_BYTES;
        if (filled === held.length) {
          const whole = held;
          held = void 0;
          if (!hand(whole, 0, whole.length, true)) return void 0;
        }
        continue;
      }
      const end = at + 4 + readU32(chunk, at);
      if (end <= chunk.length && end >= at + HEAD_BYTES && end - at - HEAD_BYTES <= reader.limit) {
        if (!hand(chunk, at, end, false)) return void 0;
        at = end;
        continue;
      }
      const fault = begin(chunk, at);
      if (fault) return fault;
      filled = 0;
    }
    return void 0;
  }
  function begin(bytes, at) {
    const length = readU32(bytes, at);
    const fault = wrong(length);
    if (fault) {
      stopped = true;
      return fault;
    }
    held = Buffer.allocUnsafeSlow(length + 4);
    return void 0;
  }
  return reader;
}

const JOIN_BYTES = 64 * 1024;
function createOutbox(socket) {
  let frames = [];
  let bytes = 0;
  function flush(then) {
    const batch = frames;
    const size = bytes;
    frames = [];
    bytes = 0;
    if (!socket.writable || batch.length === 0 && !then) return void (then && process.nextTick(then));
    if (batch.length === 0) socket.write("", then);
    else if (batch.length === 1) socket.write(batch[0], then);
    else if (size <= JOIN_BYTES) socket.write(Buffer.concat(batch, size), then);
    else {
      socket.cork();
      for (const [index, frame] of batch.entries())
        socket.write(frame, index === batch.length - 1 ? then : void 0);
      socket.uncork();
    }
  }
  return {
    push(frame) {
      if (frames.push(frame) === 1) process.nextTick(flush);
      bytes += frame.length;
    },
    flushed: (then) => flush(then),
    get waiting() {
      return bytes + socket.writableLength;
    }
  };
}

function connectWith(caller, isWorker) {
  return (peer, limit, handlers) => {
    const socket = connect(peer.path);
    const outbox = createOutbox(socket);
    const large = createLargeValues(peer, limit, outbox);
    const reader = createFrameReader(limit, (kind, id, bytes, start, end, owned) => {
      if (large.isOpen) large.ended(kind & ~SHARED, id);
      if (kind === KIND.shared) large.open();
      else if (kind & SHARED) {
        const region = readRegion(bytes, start + HEAD_BYTES, end);
        if (!region) return false;
        receive(handlers, kind & ~SHARED, id, () => large.read(region), none);
        large.taken(region);
      } else {
        const value = () => decode(bytes, start + HEAD_BYTES, end, owned);
        if (end - start > LARGE_BYTES) large.offer();
        receive(
          handlers,
          kind,
          id,
          value,
          () => end - start === HEAD_BYTES + 4 ? readU32(bytes, start + HEAD_BYTES) : 0
        );
      }
      return !socket.destroyed;
    });
    socket.on("close", large.close);
    tie(socket, (chunk) => reader.push(chunk) === void 0, handlers);
    const hello = encode({ version: WIRE_VERSION, token: peer.token, caller, isWorker }, HEAD_BYTES);
    writeHead(hello, KIND.hello, 0);
    outbox.push(hello);
    return {
      run(call, flags, name) {
        const { id, size, input, attempt, weight, priority, timeout = 0 } = call;
        const placed = size < LARGE_BYTES ? void 0 : large.place(id, input);
        const frame = placed ?? input.frame;
        writeRunHead(frame, placed ? KIND.run | SHARED : KIND.run, id, {
          flags,
          attempt,
          name,
          weight,
          priority,
          timeout
        });
        outbox.push(frame);
      },
      abort: (id) => outbox.push(shortFrame(KIND.abort, id)),
      pull: (id, count) => outbox.push(shortFrame(KIND.pull, id, count)),
      close: () => void socket.destroy()
    };
  };
}
const none = () => 0;
function tie(socket, push, handlers) {
  socket.on("data", (chunk) => {
    if (!push(chunk)) socket.destroy();
  });
  socket.on("error", () => {
  });
  socket.on("close", () => handlers.closed());
}
function receive(handlers, kind, id, value, number) {
  switch (kind) {
    case KIND.result:
      return handlers.settled(id, "result", value);
    case KIND.failed:
      return handlers.settled(id, "failed", value);
    case KIND.begun:
      return handlers.begun(id);
    case KIND.window:
      return handlers.window(number());
    case KIND.item:
      return handlers.item(id, value);
    case KIND.progress:
      return handlers.progress(id, value);
    case KIND.returned:
      return handlers.returned(id);
    case KIND.draining:
      return handlers.draining();
    case KIND.welcome: {
      const welcome = readWelcome(value);
      if (welcome) handlers.welcome(welcome);
    }
  }
}
function readWelcome(value) {
  try {
    const { names, window, windowBytes, capacity } = value();
    if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) return void 0;
    if (![window, windowBytes, capacity].every((number) => Number(number) > 0)) return void 0;
    return { names, window: Number(window), windowBytes: Number(windowBytes), capacity: Number(capacity) };
  } catch {
    return void 0;
  }
}

const strategies = {
  leastJobs: (able, loadOf) => least(able, (target) => jobsOf(target, loadOf)),
  roundRobin: (able) => least(able, (target) => target.pickedAt),
  random: (able, _, random) => able[Math.floor(random() * able.length)],
  firstAvailable: (able) => able[0],
  mostCapacity: (able, loadOf) => least(able, (target) => Math.max(target.weight, loadOf(target)?.weight ?? 0) - target.capacity),
  leastDelay(able, loadOf) {
    const delayOf = (target) => loadOf(target)?.delayMs ?? 0;
    const lowest = Math.min(...able.map(delayOf));
    return least(
      able.filter((target) => delayOf(target) - lowest < 1),
      (target) => jobsOf(target, loadOf)
    );
  }
};
function createPicker(loadOf, random) {
  let picks = 0;
  return (able, call, strategy) => {
    const free = able.length > 1 ? able.filter((target) => loadOf(target)?.isHogging !== true) : able;
    const candidates = free.length > 0 ? free : able;
    const { affinity } = call;
    const picked = affinity === void 0 ? (strategies[strategy] ?? strategies.leastJobs)(
      candidates,
      loadOf,
      random
    ) : least(able, (target) => -rank(affinity, target.peer.slot));
    picked.pickedAt = ++picks;
    return picked;
  };
}
function jobsOf(target, loadOf) {
  return target.sent.size + (loadOf(target)?.others ?? 0);
}
function least(targets, valueOf) {
  let best = targets[0];
  let lowest = Infinity;
  for (const target of targets) {
    const value = valueOf(target);
    if (value < lowest) [best, lowest] = [target, value];
  }
  return best;
}
function rank(key, slot) {
  let hash = 2166136261;
  for (const text of [key, "\0", slot]) {
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619);
  }
  hash = Math.imul(hash ^ hash >>> 16, 2246822507);
  hash = Math.imul(hash ^ hash >>> 13, 3266489909);
  return (hash ^ hash >>> 16) >>> 0;
}

function createCallers({ name, directory, clock, loadOf, pick }) {
  const known = /* @__PURE__ */ new Map();
  const connect = connectWith(name, directory.isWorker);
  function create(group) {
    const byStrategy = createPicker(loadOf, () => clock.random());
    const first = pick?.(group);
    const picker = first ? (...asked) => first(...asked) ?? byStrategy(...asked) : byStrategy;
    const dispatcher = new Dispatcher({ group, clock, connect, directory, pick: picker });
    const stop = directory.watch(group, (update) => dispatcher.update(update));
    return {
      client: createJobClient(group, dispatcher, () => dispatcher.maxBytes),
      close() {
        stop();
        dispatcher.close();
      }
    };
  }
  return {
    jobs(group) {
      if (typeof group !== "string") throw new TypeError("jobs(group) takes the name of a group");
      let caller = known.get(group);
      if (!caller) known.set(group, caller = create(group));
      return caller.client;
    },
    close() {
      for (const { close } of known.values()) close();
      known.clear();
      directory.close();
    }
  };
}

const FRESH_MS = 20;
const SILENT_MS = 500;
function loadsFrom(now) {
  const readers = /* @__PURE__ */ new Map();
  const known = /* @__PURE__ */ new WeakMap();
  function read(target) {
    const { board, epoch } = target.peer;
    if (!board) return void 0;
    if (!readers.has(board.path)) readers.set(board.path, openReader(board.path));
    const state = readers.get(board.path)?.read(board.offset);
    if (!state || state.epoch !== epoch) return void 0;
    const jobs = state.jobsRunning + state.jobsWaiting;
    const silent = jobs > 0 && Date.now() - state.updatedAt > SILENT_MS;
    return {
      // What it has of us we know better.
      others: Math.max(0, jobs - target.sent.size),
      weight: state.weight,
      delayMs: state.delayMs,
      isHogging: state.hoggingSince > 0 || silent
    };
  }
  return (target) => {
    const at = now();
    const last = known.get(target);
    if (last && at - last.at < FRESH_MS) return last.load;
    const load = read(target);
    known.set(target, { at, load });
    return load;
  };
}

export { FLAG as F, Heap as H, KIND as K, LARGE_BYTES as L, RUN_HEAD_BYTES as R, SHARED as S, WIRE_VERSION as W, HEAD_BYTES as a, bufferHead as b, createCallers as c, sharedFrame as d, encode as e, failureOf as f, createOutbox as g, createFrameReader as h, decode as i, STREAM_WINDOW as j, readRunHead as k, loadsFrom as l, readRegion as m, orderOf as o, readU32 as r, shortFrame as s, takeSharing as t, writeHead as w };
